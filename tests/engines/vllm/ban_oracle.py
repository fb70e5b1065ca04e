"""What bans mean, read off the definition: no tries, no tensors, one scan."""


def forbidden(paths, output):
    """Last tokens of the paths whose other tokens are the output since the anchor."""
    return {path[-1] for anchor, path in paths if anchor <= len(output) and list(output[anchor:]) == list(path[:-1])}


def masked(row, paths, output):
    """The row with what is forbidden at -inf; the row itself where nothing finite would be left."""
    banned = forbidden(paths, output)
    result = [float("-inf") if token in banned else value for token, value in enumerate(row)]
    return row if all(value == float("-inf") for value in result) else result
