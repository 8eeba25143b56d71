"""OR-Tools on one instance file: prints its optimal value and the seconds of the solve alone (numpy, ortools)."""
import sys
import time

import numpy as np
from ortools.graph.python import min_cost_flow

with open(sys.argv[1], "rb") as f:
    n, m, pairs = (int(x) for x in np.fromfile(f, dtype="<i8", count=3))
    cap = np.fromfile(f, dtype="<i8", count=m)
    need = np.fromfile(f, dtype="<i4", count=pairs)
    resource = np.fromfile(f, dtype="<i4", count=pairs)
    score = np.fromfile(f, dtype="<i8", count=pairs)
sink = n + m
flow = min_cost_flow.SimpleMinCostFlow()
ones = np.ones(pairs, np.int64)
flow.add_arcs_with_capacity_and_unit_cost(need, (n + resource).astype(np.int32), ones, -score)
flow.add_arcs_with_capacity_and_unit_cost(
    (n + np.arange(m)).astype(np.int32), np.full(m, sink, np.int32), cap, np.zeros(m, np.int64)
)
flow.add_arcs_with_capacity_and_unit_cost(
    np.arange(n).astype(np.int32), np.full(n, sink, np.int32), np.ones(n, np.int64), np.zeros(n, np.int64)
)
flow.set_nodes_supplies(np.arange(n).astype(np.int32), np.ones(n, np.int64))
flow.set_node_supply(sink, -n)
start = time.perf_counter()
status = flow.solve()
print(-flow.optimal_cost() if status == flow.OPTIMAL else status, time.perf_counter() - start)
