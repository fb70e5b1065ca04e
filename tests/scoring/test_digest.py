from verifirst.scoring import checkpoint_digest


def test_a_digest_names_weights_configuration_and_tokenizer_and_nothing_else(tmp_path):
    assert checkpoint_digest(tmp_path) == ""
    files = {"config.json": b"{}", "model.safetensors": b"12", "tokenizer.json": b"[]"}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    first = checkpoint_digest(tmp_path)
    (tmp_path / "README.md").write_text("words")
    assert checkpoint_digest(tmp_path) == first
    assert first.startswith("sha256:")
    seen = {first}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content + b" ")
        seen.add(checkpoint_digest(tmp_path))
        (tmp_path / name).write_bytes(content)
    assert len(seen) == 4
