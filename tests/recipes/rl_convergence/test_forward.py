import pytest

torch = pytest.importorskip("torch", reason="training needs the extra 'local'")

from recipes.rl_convergence.forward import Cache, Decoder, Tree, prefill, tree_hidden  # noqa: E402 - after the skip
from recipes.word_problems.network import Network, Shape  # noqa: E402 - after the skip

torch.set_num_threads(1)

SHAPE = Shape(vocabulary=50, hidden=32, layers=2, heads=4, kv_heads=2, head_size=8, feed_forward=48)


@pytest.fixture(scope="module")
def network() -> Network:
    torch.manual_seed(3)
    network = Network(SHAPE)
    with torch.no_grad():  # norm weights other than 1, so that folding them in is seen
        for parameter in network.parameters():
            if parameter.dim() == 1:
                parameter.copy_(1 + 0.3 * torch.randn_like(parameter))
            else:
                parameter.mul_(4)
    return network


def plain(network: Network, path: list[int]) -> torch.Tensor:
    """Logits after the last token of ``path``, by the network's own forward pass."""
    with torch.no_grad():
        return network(torch.tensor([path]))[0, -1]


def test_decoding_with_the_joined_matrices_equals_the_network(network: Network) -> None:
    rows = [[3, 9, 4, 1], [7, 7], [3, 9, 4, 1], [5, 2, 8, 20, 41, 6, 11]]
    cache, decoder = Cache(network, 6), Decoder(network)
    prefill(network, [row[:-1] for row in rows], cache, 0)
    for token in (12, 30, 49):
        positions = torch.tensor([len(row) - 1 for row in rows])
        logits = decoder.step(torch.tensor([row[-1] for row in rows]), positions, cache)
        for row, got in zip(rows, logits, strict=True):
            torch.testing.assert_close(got, plain(network, row), atol=2e-5, rtol=1e-4)
            row.append(token)


def test_a_moved_row_decodes_on_as_before_and_a_cut_row_as_if_never_longer(network: Network) -> None:
    cache, decoder = Cache(network, 3), Decoder(network)
    prefill(network, [[1, 2, 3], [4, 5, 6, 7, 8]], cache, 0)
    cache.move(1, 0, 5)
    decoder.step(torch.tensor([9]), torch.tensor([5]), cache)  # 4 5 6 7 8 9, then cut back to 4 5 6
    got = decoder.step(torch.tensor([10]), torch.tensor([3]), cache)[0]
    torch.testing.assert_close(got, plain(network, [4, 5, 6, 10]), atol=2e-5, rtol=1e-4)


def test_a_tree_reads_each_token_after_its_own_ancestors_only(network: Network) -> None:
    prompt = (3, 9, 4)
    #        node: 0  1   2   3   4   5   6      two branches hang off node 1, one of them off node 4
    nodes = (4, 20, 21, 22, 30, 31, 40)
    parents = (-1, 0, 1, 2, 1, 4, 4)
    edges = tuple((node, 0) for node in range(7))
    short = Tree((8, 4), (4, 11), (-1, 0), ((0, 0), (1, 0)))
    hidden = tree_hidden(network, [Tree(prompt, nodes, parents, edges), short])
    logits = hidden @ network.model.embed_tokens.weight.T
    paths = [[4], [4, 20], [4, 20, 21], [4, 20, 21, 22], [4, 20, 30], [4, 20, 30, 31], [4, 20, 30, 40]]
    expected = [plain(network, [3, 9, *path]) for path in paths]
    expected += [plain(network, [8, 4]), plain(network, [8, 4, 11])]
    torch.testing.assert_close(logits.detach(), torch.stack(expected), atol=2e-5, rtol=1e-4)


def test_the_gradient_through_a_tree_is_that_of_separate_rows(network: Network) -> None:
    prompt = (3, 9, 4)
    tree = Tree(prompt, (4, 20, 21, 30), (-1, 0, 1, 1), ((0, 20), (1, 21), (1, 30), (2, 5), (3, 6)))
    weights = torch.tensor([1.0, -2.0, 0.5, 3.0, -1.0])
    targets = torch.tensor([token for _, token in tree.edges])
    network.zero_grad()
    logs = (tree_hidden(network, [tree]) @ network.model.embed_tokens.weight.T).log_softmax(-1)
    (logs.gather(1, targets[:, None])[:, 0] * weights).sum().backward()
    ours = {name: parameter.grad.clone() for name, parameter in network.named_parameters()}
    network.zero_grad()
    contexts = [[3, 9, 4], [3, 9, 4, 20], [3, 9, 4, 20], [3, 9, 4, 20, 21], [3, 9, 4, 20, 30]]
    for context, target, weight in zip(contexts, targets, weights, strict=True):
        (network(torch.tensor([context]))[0, -1].log_softmax(-1)[target] * weight).backward()
    for name, parameter in network.named_parameters():
        torch.testing.assert_close(ours[name], parameter.grad, atol=1e-5, rtol=1e-3)
    network.zero_grad()
