"""Training rows of one rollout, merged into a tree of tokens with weighted edges.

The estimators of ``verifirst.rl`` give rows (a context, tokens, weights). Those of one
rollout share most of their context, so here they become one tree, and each token is read once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from recipes.rl_convergence.config import Arm
from recipes.rl_convergence.forward import Tree

from verifirst.rl.estimators import Row, acceptance_rows, completion_rows, step_rows, verified_rows
from verifirst.rl.rollouts import Rollout


@dataclass(slots=True)
class Edge:
    """One token after one node: its sampling log-probability, its share of the advantage, and what is added to it."""

    logprob: float
    outcome: float = 0.0
    extra: float = 0.0


@dataclass(slots=True)
class Sprout:
    """A tree that grows; node 0 is the last token of ``prompt``."""

    prompt: tuple[int, ...]
    nodes: list[int] = field(init=False)
    parents: list[int] = field(default_factory=lambda: [-1])
    children: dict[tuple[int, int], int] = field(default_factory=dict)
    edges: dict[tuple[int, int], Edge] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.nodes = [self.prompt[-1]]

    def walk(self, tokens: Iterable[int], node: int = 0) -> int:
        """The node after ``tokens``, grown where it is missing."""
        for token in tokens:
            child = self.children.get((node, token))
            if child is None:
                child = self.children[node, token] = len(self.nodes)
                self.nodes.append(token)
                self.parents.append(node)
            node = child
        return node

    def add(self, rows: Sequence[Row], *, extra: bool = False) -> None:
        """Add each row's weights to its edges, as shares of the advantage or as they are."""
        for row in rows:
            node = self.walk(row.context_ids[len(self.prompt) :])
            last = len(row.token_ids) - 1
            for at, (token, weight, logprob) in enumerate(zip(row.token_ids, row.weights, row.logprobs, strict=True)):
                edge = self.edges.setdefault((node, token), Edge(logprob))
                if extra:
                    edge.extra += weight
                else:
                    edge.outcome += weight
                if at < last:
                    node = self.walk((token,), node)

    def tree(self, edges: Iterable[tuple[int, int]]) -> Tree:
        """What the forward pass reads."""
        return Tree(self.prompt, tuple(self.nodes), tuple(self.parents), tuple(edges))


def grow(rollout: Rollout, arm: Arm, reward: float = 0.0) -> Sprout:
    """The tree of one rollout under an arm's estimator; advantages are multiplied in later."""
    sprout = Sprout(rollout.prompt_ids)
    one = [1.0]
    if arm.penalty:
        sprout.add(step_rows([rollout], one, penalty=0.0))
        sprout.add(step_rows([rollout], [0.0], arm.penalty), extra=True)
    else:
        sprout.add((verified_rows if arm.refused else completion_rows)([rollout], one))
    if arm.acceptance and (reward or not arm.gated):
        sprout.add(acceptance_rows([rollout], arm.acceptance), extra=True)
    return sprout
