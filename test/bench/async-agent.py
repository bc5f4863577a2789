"""The workload of scenarios/async-agent.yaml in plain asyncio: `python3 async-agent.py AGENTS`.

Prints {"agents", "wallMs", "cpuMs", "drainMs"}: wall until the last agent has its results, CPU time of this process
until the last store is through, and what the stores took after the last agent.
"""

import asyncio
import json
import sys
import time

DECIDE_S = 1.2
TOOLS_S = {"lookup": 0.8, "enrich": 0.5}
STORE_S = 0.2


async def decide(index: int) -> dict:
    await asyncio.sleep(DECIDE_S)
    return {
        "reply": f"Order {index} is taken care of.",
        "calls": [{"tool": tool, "args": {"order": index}} for tool in TOOLS_S],
    }


async def call_tool(tool: str, args: dict) -> dict:
    await asyncio.sleep(TOOLS_S[tool])
    return {"tool": tool, "content": f"{tool} of order {args['order']}"}


async def store(memory: dict, agent: int, record: dict) -> None:
    await asyncio.sleep(STORE_S)
    memory[agent] = record


async def run_agent(agent: int, memory: dict, storing: set) -> list[dict]:
    decision = await decide(agent)
    results = await asyncio.gather(*(call_tool(call["tool"], call["args"]) for call in decision["calls"]))
    task = asyncio.create_task(store(memory, agent, {"decision": decision, "results": results}))
    storing.add(task)
    task.add_done_callback(storing.discard)
    return results


async def main(agents: int) -> dict:
    memory: dict = {}
    storing: set = set()
    cpu_from = time.process_time()
    wall_from = time.perf_counter()
    results = await asyncio.gather(*(run_agent(agent, memory, storing) for agent in range(agents)))
    answered = time.perf_counter()
    await asyncio.gather(*storing)
    drained = time.perf_counter()
    cpu_to = time.process_time()
    if len(memory) != agents or any(len(result) != len(TOOLS_S) for result in results):
        raise SystemExit("Cannot report a run: not every agent has its results")
    return {
        "agents": agents,
        "wallMs": (answered - wall_from) * 1000,
        "cpuMs": (cpu_to - cpu_from) * 1000,
        "drainMs": (drained - answered) * 1000,
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(int(sys.argv[1])))))
