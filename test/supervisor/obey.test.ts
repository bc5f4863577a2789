import { describe, expect, test } from 'vitest';
import { MAILBOX_MAX } from '../../src/base/limits.ts';
import type { MonitorCommand } from '../../src/protocol.ts';
import { obey } from '../../src/supervisor/obey.ts';
import { asking } from '../agent/asking.ts';
import { createHarness } from '../agent/harness.ts';

/** Three agents that wait for messages. */
async function start() {
  const harness = createHarness({
    decide: ({ observation }) => ({ reply: `heard ${observation.text}` }),
    items: [],
    group: { observe: { items: [], inbox: true } },
    count: 3,
    keepOpen: true,
  });
  const end = harness.run();
  await harness.clock.sleep(10);
  const command = (message: MonitorCommand) => obey(message, harness.supervisor, harness.env);
  const close = async () => {
    harness.supervisor.drain('over');
    await end;
  };
  return { ...harness, command, close };
}

describe('a command', () => {
  test('reaches one agent, a group, or everybody', async () => {
    const { command, ofType, clock, close } = await start();
    expect(command({ type: 'agent.send', agent: 'agent/1', text: 'one' })).toBe(1);
    expect(command({ type: 'group.send', group: 'agent', text: 'group' })).toBe(3);
    expect(command({ type: 'run.send', text: 'all' })).toBe(3);
    await clock.sleep(10);
    const replies = ofType('agent.replied').map(({ agent, reply }) => `${agent} ${reply}`);
    expect(replies.sort()).toEqual([
      'agent/0 heard all',
      'agent/0 heard group',
      'agent/1 heard all',
      'agent/1 heard group',
      'agent/1 heard one',
      'agent/2 heard all',
      'agent/2 heard group',
    ]);
    expect(ofType('message.sent').every(({ agent, message }) => agent === 'user' && message.from === 'user')).toBe(
      true,
    );
    await close();
  });

  test('pauses and resumes', async () => {
    const { command, ofType, close } = await start();
    expect(command({ type: 'agent.pause', agent: 'agent/0' })).toBe(1);
    expect(command({ type: 'group.pause', group: 'agent' })).toBe(3);
    expect(ofType('agent.paused').map(({ agent }) => agent)).toEqual(['agent/0', 'agent/1', 'agent/2']);
    expect(command({ type: 'run.resume' })).toBe(3);
    expect(ofType('agent.resumed')).toHaveLength(3);
    await close();
  });

  test('stops', async () => {
    const { command, ofType, close } = await start();
    expect(command({ type: 'agent.stop', agent: 'agent/0' })).toBe(1);
    expect(command({ type: 'group.stop', group: 'agent' })).toBe(2);
    expect(ofType('agent.ended').map(({ status }) => status)).toEqual(['stopped', 'stopped', 'stopped']);
    await close();
  });

  test('drains, and says how many are left', async () => {
    const { command, supervisor } = await start();
    command({ type: 'agent.stop', agent: 'agent/0' });
    expect(command({ type: 'run.drain', reason: 'enough' })).toBe(2);
    expect(supervisor.isDraining).toBe(true);
  });
});

describe('a command that reaches nobody is refused', () => {
  test('for an agent that is not there, or has ended', async () => {
    const { command, close } = await start();
    command({ type: 'agent.stop', agent: 'agent/0' });
    for (const agent of ['agent/0', 'agent/9']) {
      for (const type of ['agent.send', 'agent.pause', 'agent.resume', 'agent.stop'] as const) {
        expect(() => command({ type, agent, text: 'x' })).toThrow(expect.objectContaining({ code: 'AGENT_UNKNOWN' }));
      }
    }
    await close();
  });

  test('for a group that is not there, with those that are', async () => {
    const { command, close } = await start();
    expect(() => command({ type: 'group.pause', group: 'agents' })).toThrow(
      expect.objectContaining({ code: 'GROUP_UNKNOWN', message: expect.stringContaining('the run has agent') }),
    );
    await close();
  });

  test('when every agent has ended', async () => {
    const { command, close } = await start();
    command({ type: 'group.stop', group: 'agent' });
    expect(() => command({ type: 'group.send', group: 'agent', text: 'x' })).toThrow('every agent has ended');
    expect(() => command({ type: 'run.pause' })).toThrow('Cannot reach the run: every agent has ended');
    await close();
  });

  test('when every mailbox is full; one that is not is enough', async () => {
    const { command, supervisor, close } = await start();
    command({ type: 'run.pause' });
    for (const id of ['agent/0', 'agent/1']) {
      for (let i = 0; i < MAILBOX_MAX; i++) supervisor.office.input('user', id, 'x');
    }
    expect(() => command({ type: 'agent.send', agent: 'agent/0', text: 'x' })).toThrow(
      expect.objectContaining({ code: 'MAILBOX_FULL' }),
    );
    expect(command({ type: 'run.send', text: 'x' })).toBe(1);
    await close();
  });
});

describe('an answer to calls that wait', () => {
  async function start(count = 3) {
    const it = asking({ count });
    const end = it.run();
    await it.clock.sleep(10);
    return { ...it, end, command: (message: MonitorCommand) => obey(message, it.supervisor, it.env) };
  }

  test('goes to one call, by whoever says who it is', async () => {
    const { command, ofType, end, paid, clock } = await start(2);
    expect(command({ type: 'approval.answer', agent: 'agent/0', callId: '1/1', answer: 'approve' })).toBe(1);
    const args = { amount: 1 };
    expect(
      command({
        type: 'approval.answer',
        agent: 'agent/1',
        callId: '1/1',
        answer: 'edit',
        args,
        by: 'ann',
        reason: 'less',
      }),
    ).toBe(1);
    await clock.sleep(10);
    await end;
    expect(ofType('approval.answered')).toMatchObject([
      { agent: 'agent/0', answer: 'approved', by: 'monitor' },
      { agent: 'agent/1', answer: 'edited', by: 'ann', reason: 'less', args },
    ]);
    expect(paid.map((payment) => payment.args.amount)).toEqual([5, 1]);
  });

  test('goes to several, as far as they wait, or to all of a tool', async () => {
    const { command, end, paid } = await start();
    const calls = ['agent/0', 'agent/0', 'agent/9'].map((agent) => ({ agent, callId: '1/1' }));
    expect(command({ type: 'approvals.answer', calls, answer: 'reject', reason: 'no' })).toBe(1);
    expect(command({ type: 'approvals.answer', tool: 'pay', answer: 'approve' })).toBe(2);
    await end;
    expect(paid.map(({ agent }) => agent)).toEqual(['agent/1', 'agent/2']);
  });

  test('to nothing that waits is refused, and says what has become of it', async () => {
    const { command, end } = await start(1);
    const answer = { type: 'approval.answer', agent: 'agent/0', callId: '1/1', answer: 'approve' } as const;
    expect(() => command({ type: 'approvals.answer', tool: 'other', answer: 'approve' })).toThrow(
      expect.objectContaining({ code: 'APPROVAL_UNKNOWN' }),
    );
    command(answer);
    expect(() => command(answer)).toThrow('it was approved by monitor; nothing is left to answer');
    expect(() => command({ type: 'approvals.answer', calls: [answer], answer: 'reject' })).toThrow(
      'it was approved by monitor',
    );
    await end;
  });

  test.each(['deadline', 'simulated'])('by "%s" is refused: that is nobody', async (by) => {
    const { command, end, names } = await start(1);
    const answer = { type: 'approval.answer', agent: 'agent/0', callId: '1/1', answer: 'reject' } as const;
    expect(() => command({ ...answer, by })).toThrow(expect.objectContaining({ code: 'USAGE' }));
    expect(names()).toHaveLength(1);
    command(answer);
    await end;
  });
});
