import { describe, expect, test, vi } from 'vitest';
import { findMisfit } from '../../src/agent/approval.ts';
import { createSecretFilter } from '../../src/base/secret-filter.ts';
import type { ApprovalSpec } from '../../src/protocol.ts';
import { asking, askingTool, callOnce } from './asking.ts';
import { timedTool, tool } from './harness.ts';

const MINUTE = 60_000;

describe('a call that needs an approval', () => {
  test('waits while the other calls of its decision go on, and is made when somebody approves', async () => {
    const it = asking({
      decide: callOnce(['pay', { amount: 5 }], ['look', {}]),
      tools: [timedTool('look', 10, 'seen')],
    });
    const end = it.run();
    await it.clock.sleep(MINUTE);
    expect(it.ofType('tool.finished').map(({ result, at }) => [result.name, at])).toEqual([['look', 10]]);
    expect(it.paid).toEqual([]);
    expect(it.people.list()).toEqual([
      { agent: 'agent/0', callId: '1/1', kind: 'approval', tool: 'pay', turn: 1, args: { amount: 5 }, since: 0 },
    ]);
    it.answer('agent/0:1/1', { answer: 'approve', reason: 'fine' });
    expect(await end).toBe('finished');
    expect(it.paid).toMatchObject([{ args: { amount: 5 } }]);
    expect(it.replies()).toEqual(['{"paid":5}\nseen']);
    expect(it.ofType('approval.requested')).toMatchObject([
      { agent: 'agent/0', turn: 1, callId: '1/1', call: { id: 'c1', name: 'pay', args: { amount: 5 } } },
    ]);
    expect(it.ofType('approval.answered')).toMatchObject([
      { callId: '1/1', name: 'pay', answer: 'approved', by: 'ann', reason: 'fine', waitedMs: MINUTE },
    ]);
  });

  test('is intended only when it was answered, and what was asked is written at once', async () => {
    const it = asking();
    const end = it.run();
    await it.clock.sleep(MINUTE);
    expect(await it.journal()).toEqual(['observed', 'model.intended', 'model.done', 'approval.requested']);
    it.answer('agent/0:1/1', { answer: 'approve' });
    await end;
    expect((await it.journal()).slice(3)).toEqual([
      'approval.requested',
      'approval.answered',
      'tools.intended',
      'tool.done',
      'observed',
      'model.intended',
      'model.done',
      'ended',
    ]);
  });

  test('that was rejected is not made, and the model is told why', async () => {
    const it = asking();
    const end = it.run();
    await it.clock.sleep(10);
    it.answer('agent/0:1/1', { answer: 'reject', reason: 'too much' });
    await end;
    expect(it.paid).toEqual([]);
    const [finished] = it.ofType('tool.finished');
    expect(finished?.result).toMatchObject({
      isError: true,
      content: { error: 'A person has rejected this call: too much', rejected: true },
    });
    expect(it.replies()[0]).toContain('A person has rejected this call: too much');
    expect(await it.journal()).not.toContain('tools.intended');
  });

  test('that was edited is made with the new arguments, which the model is told, under a key of its own', async () => {
    const edited = asking();
    const end = edited.run();
    await edited.clock.sleep(10);
    edited.answer('agent/0:1/1', { answer: 'edit', args: { amount: 1 } });
    await end;
    expect(edited.paid).toMatchObject([{ args: { amount: 1 } }]);
    expect(edited.ofType('tool.finished')[0]?.result).toMatchObject({
      content: { paid: 1 },
      isError: false,
      edited: true,
      args: { amount: 1 },
    });
    expect(edited.replies()).toEqual([
      'A person has changed this call; it was made with the arguments {"amount":1}.\n{"paid":1}',
    ]);
    const transcript = await edited.memory.transcript('run', 'agent/0');
    expect(transcript[2]).toMatchObject({
      role: 'tool',
      content: expect.stringContaining('A person has changed this call'),
    });

    const approved = asking();
    const other = approved.run();
    await approved.clock.sleep(10);
    approved.answer('agent/0:1/1', { answer: 'approve' });
    await other;
    expect(approved.paid[0]?.key).not.toBe(edited.paid[0]?.key);
  });

  test('refuses arguments that do not fit, and waits on', async () => {
    const it = asking();
    const end = it.run();
    await it.clock.sleep(10);
    expect(() => it.answer('agent/0:1/1', { answer: 'edit', args: { amount: 'all' } })).toThrow(
      expect.objectContaining({ code: 'TOOL_ARGUMENTS', message: expect.stringContaining('/amount must be number') }),
    );
    expect(it.names()).toEqual(['agent/0:1/1']);
    it.answer('agent/0:1/1', { answer: 'reject' });
    await end;
  });

  test('whose expression does not fit is made at once', async () => {
    const it = asking({ approval: { when: 'args.amount > 100' } });
    expect(await it.run()).toBe('finished');
    expect(it.paid).toHaveLength(1);
    expect(it.ofType('approval.requested')).toEqual([]);
  });

  test.each([
    ['arguments that do not fit', { amount: 'x' }],
    ['no arguments', {}],
  ])('with %s is refused without bothering anybody', async (_, args) => {
    const it = asking({ decide: callOnce(['pay', args]) });
    await it.run();
    expect(it.ofType('approval.requested')).toEqual([]);
    expect(it.paid).toEqual([]);
    expect(it.ofType('tool.finished')[0]?.result.isError).toBe(true);
  });

  test('of a tool that the agent does not have is refused', async () => {
    const it = asking({ group: { tools: [] } });
    await it.run();
    expect([it.ofType('approval.requested').length, it.paid.length]).toEqual([0, 0]);
  });

  test('counts its timeout from the approval', async () => {
    const slow = askingTool('slow', async (_, context) => context.sleep(20).then(() => 'done'), { timeoutMs: 30 });
    const it = asking({ decide: callOnce(['slow', {}]), tools: [slow] });
    const end = it.run();
    await it.clock.sleep(10 * MINUTE - 1);
    it.answer('agent/0:1/1', { answer: 'approve' });
    await end;
    expect(it.replies()).toEqual(['done']);
  });
});

describe('a deadline', () => {
  test.each([
    ['reject', [], { error: 'Nobody has answered in time: this call was not made', rejected: true }],
    ['approve', [5], { paid: 5 }],
  ] as const)('decides: %s', async (otherwise, amounts, content) => {
    const it = asking({ approval: { deadlineMs: MINUTE, otherwise } });
    expect(await it.run()).toBe('finished');
    expect(it.paid.map(({ args }) => args.amount)).toEqual(amounts);
    expect(it.ofType('approval.requested')).toMatchObject([{ deadlineAt: MINUTE }]);
    expect(it.ofType('approval.answered')).toMatchObject([{ at: MINUTE, by: 'deadline', waitedMs: MINUTE }]);
    expect(it.ofType('tool.finished')[0]?.result.content).toEqual(content);
  });

  test('does nothing when somebody was faster', async () => {
    const it = asking({ approval: { deadlineMs: MINUTE } });
    const end = it.run();
    await it.clock.sleep(MINUTE - 1);
    it.answer('agent/0:1/1', { answer: 'approve' });
    await end;
    await it.clock.sleep(MINUTE);
    expect(it.ofType('approval.answered')).toMatchObject([{ by: 'ann' }]);
    expect(() => it.answer('agent/0:1/1', { answer: 'reject' })).toThrow('it was approved by ann');
  });
});

describe('the time of an observation', () => {
  const limits = { turns: 8, identicalCalls: 3, wallMs: 1_000 };

  test('stands still while a call waits for a person', async () => {
    const it = asking({ group: { limits } });
    const end = it.run();
    await it.clock.sleep(100 * MINUTE);
    it.answer('agent/0:1/1', { answer: 'approve' });
    await end;
    expect(it.ofType('agent.ended')).toMatchObject([{ status: 'done' }]);
  });

  test('goes on where it was: a call that takes too long after that is out of time', async () => {
    const slow = askingTool('slow', async (_, context) => context.sleep(5_000).then(() => 'done'));
    const first = timedTool('first', 400, 'x');
    const decide = ({ turn }: { turn: number }) =>
      turn === 1
        ? { toolCalls: [{ id: 'a', name: 'first', args: {} }] }
        : { toolCalls: [{ id: 'b', name: 'slow', args: {} }] };
    const it = asking({
      group: { limits },
      tools: [slow, first],
      decide: ({ observation }) => decide({ turn: observation.kind === 'results' ? 2 : 1 }),
    });
    const end = it.run();
    await it.clock.sleep(10_000);
    it.answer('agent/0:2/1', { answer: 'approve' });
    await end;
    expect(it.ofType('agent.ended')).toMatchObject([{ status: 'failed', at: 10_600, error: { code: 'WALL_LIMIT' } }]);
  });

  test('stands still until the last of several is answered, also over a pause', async () => {
    const it = asking({ group: { limits }, decide: callOnce(['pay', { amount: 1 }], ['pay', { amount: 2 }]) });
    const end = it.run();
    await it.clock.sleep(10_000);
    it.answer('agent/0:1/1', { answer: 'approve' });
    await it.clock.sleep(10_000);
    it.supervisor.pause('agent/0');
    await it.clock.sleep(10_000);
    it.supervisor.resume('agent/0');
    await it.clock.sleep(10_000);
    it.supervisor.pause('agent/0');
    it.answer('agent/0:1/2', { answer: 'approve' });
    await it.clock.sleep(10_000);
    it.supervisor.resume('agent/0');
    await end;
    expect(it.ofType('agent.ended')).toMatchObject([{ status: 'done' }]);
    expect(it.paid.map(({ args }) => args.amount)).toEqual([1, 2]);
  });

  test('is stored as it is left when the turn is over by a rejection', async () => {
    const wait = timedTool('wait', 100, 'x');
    const it = asking({
      group: { limits },
      tools: [wait],
      decide: ({ observation }) => ({
        toolCalls: [{ id: 'x', name: observation.kind === 'results' ? 'wait' : 'pay', args: { amount: 1 } }],
      }),
    });
    void it.run();
    await it.clock.sleep(10_000);
    it.answer('agent/0:1/1', { answer: 'reject' });
    await it.clock.sleep(50);
    expect(await it.memory.snapshot('run', 'agent/0')).toMatchObject({ turn: 1, deadlineAt: 11_000 });
  });
});

describe('a question to a person', () => {
  const person = askingTool('person', () => Promise.reject(new Error('made')), {
    approval: { kind: 'question', otherwise: 'approve', otherwiseText: 'Nobody.', deadlineMs: MINUTE },
  });
  const ask = callOnce(['person', { question: 'Which colour?' }]);

  test('has what the person says as its result', async () => {
    const it = asking({ tools: [person], decide: ask });
    const end = it.run();
    await it.clock.sleep(10);
    expect(it.people.list()).toMatchObject([{ kind: 'question', question: 'Which colour?', deadlineAt: MINUTE }]);
    it.answer('agent/0:1/1', { answer: 'approve', text: 'Blue.' });
    await end;
    expect(it.replies()).toEqual(['Blue.']);
    expect(it.ofType('approval.requested')).toMatchObject([{ question: 'Which colour?' }]);
    expect(it.ofType('approval.answered')).toMatchObject([{ answer: 'answered', text: 'Blue.' }]);
  });

  test('has the text for that when nobody answers', async () => {
    const it = asking({ tools: [person], decide: ask });
    await it.run();
    expect(it.replies()).toEqual(['Nobody.']);
  });

  test('can be rejected', async () => {
    const it = asking({ tools: [person], decide: ask });
    const end = it.run();
    await it.clock.sleep(10);
    it.answer('agent/0:1/1', { answer: 'reject', reason: 'not now' });
    await end;
    expect(it.replies()[0]).toContain('A person has rejected this call: not now');
  });
});

describe('a simulated person', () => {
  const latency = { kind: 'constant', ms: 5_000 } as const;

  test('answers after a while', async () => {
    const it = asking({ approval: { simulate: { latency, answers: [{ answer: 'edit', args: { amount: 2 } }] } } });
    expect(await it.run()).toBe('finished');
    expect(it.ofType('approval.answered')).toMatchObject([{ answer: 'edited', by: 'simulated', waitedMs: 5_000 }]);
    expect(it.paid).toMatchObject([{ args: { amount: 2 } }]);
  });

  test('whose arguments do not fit has rejected the call, and says why', async () => {
    const it = asking({ approval: { simulate: { latency, answers: [{ answer: 'edit', args: { amount: 'x' } }] } } });
    expect(await it.run()).toBe('finished');
    expect(it.paid).toEqual([]);
    expect(it.replies()[0]).toContain('/amount must be number');
  });

  test('is slower than the deadline', async () => {
    const it = asking({ approval: { deadlineMs: 1_000, simulate: { latency, answers: [{ answer: 'approve' }] } } });
    expect(await it.run()).toBe('finished');
    expect(it.ofType('approval.answered')).toMatchObject([{ by: 'deadline' }]);
    expect(it.paid).toEqual([]);
  });

  test('who says nothing to this call lets the run stall, which says who waits for what', async () => {
    const it = asking({
      keepOpen: false,
      decide: callOnce(['look', {}], ['pay', { amount: 5 }]),
      tools: [tool('look', () => 'x')],
      approval: { simulate: { latency, answers: [{ when: 'args.amount > 100', answer: 'approve' }] } },
    });
    expect(await it.run()).toBe('stalled');
    expect(it.ofType('run.stalled')).toMatchObject([
      { waiting: [{ agent: 'agent/0', for: 'the approval of pay (call 1/2)' }] },
    ]);
    expect(it.paid).toEqual([]);
  });
});

test('an agent that is stopped has nothing to be answered any more', async () => {
  const it = asking({ count: 2 });
  const end = it.run();
  await it.clock.sleep(10);
  it.supervisor.stop('agent/0');
  expect(it.names()).toEqual(['agent/1:1/1']);
  expect(() => it.answer('agent/0:1/1', { answer: 'approve' })).toThrow('The agent was stopped');
  it.answer('agent/1:1/1', { answer: 'approve' });
  await end;
  expect(it.paid.map(({ agent }) => agent)).toEqual(['agent/1']);
});

/** How many timers 500 agents take that each wait for a person. */
async function timersOf500(approval: Partial<ApprovalSpec>): Promise<number> {
  const it = asking({ count: 500, approval });
  const armed = vi.spyOn(it.env.clock, 'setTimer');
  const end = it.run();
  await it.clock.sleep(1);
  expect(it.people.size).toBe(500);
  const timers = armed.mock.calls.length;
  await it.clock.sleep(10 * MINUTE);
  expect(armed.mock.calls.length).toBeLessThan(timers + 5);
  for (const { agent, callId } of it.people.list().reverse()) it.answer(`${agent}:${callId}`, { answer: 'approve' });
  expect(await end).toBe('finished');
  expect(new Set(it.paid.map(({ agent }) => agent)).size).toBe(500);
  expect([it.paid.length, it.people.size]).toEqual([500, 0]);
  return timers;
}

test('500 that wait at once are each made once, and cost no timer but that of their deadline', async () => {
  const without = await timersOf500({});
  expect(await timersOf500({ deadlineMs: 60 * MINUTE })).toBe(without + 500);
});

describe('other arguments', () => {
  const parameters = { type: 'object', properties: { amount: { type: 'number' } } } as const;

  test('fit, or what is wrong is said', () => {
    const pay = { ...tool('pay', () => null), parameters };
    expect(findMisfit(pay, { amount: 1 }, undefined)).toBeUndefined();
    expect(findMisfit(pay, { amount: 'x' }, undefined)).toBe('the arguments do not fit: /amount must be number');
  });

  test('are looked at also for a tool that checks them itself', () => {
    const pay = { ...tool('pay', () => null), parameters, checksArguments: true };
    expect(findMisfit(pay, { amount: 'x' }, undefined)).toBe('the arguments do not fit: /amount must be number');
    expect(findMisfit({ ...pay, parameters: { type: 'nonsense' } }, { amount: 'x' }, undefined)).toBeUndefined();
  });

  test('hold no secret: it would be taken out of them', () => {
    const secrets = createSecretFilter({ API_KEY: 'sesame-sesame' });
    const pay = tool('pay', () => null);
    expect(findMisfit(pay, { key: 'sesame-sesame' }, secrets)).toBe('the arguments hold a secret of the environment');
    expect(findMisfit(pay, { key: 'x' }, secrets)).toBeUndefined();
  });
});
