"""A tiny Qwen3 and a byte-level tokenizer, made here in seconds: nothing to download."""

import pytest

torch = pytest.importorskip("torch", reason="the local engine needs the extra 'local'")
transformers = pytest.importorskip("transformers", reason="the local engine needs the extra 'local'")
torch.set_num_threads(1)  # small tensors; two threads collapse when another test process shares the cores

CORPUS = [
    "Tom has 3 * 4 = 12 apples.\nHe eats 2 of them.\nThe answer is 10.\n",
    "Ann buys 5 pens for $2 each.\nThe pens cost 5 * $2 = $10.\nShe has none left.\n",
    "Ünïcödé — naïve café.\n数学は楽しい。\nそれだけです。\n",
]


@pytest.fixture(scope="session")
def tokenizer():
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    core = Tokenizer(models.BPE())
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=330, special_tokens=["<eos>"], initial_alphabet=pre_tokenizers.ByteLevel.alphabet()
    )
    core.train_from_iterator(CORPUS * 4, trainer)
    return transformers.PreTrainedTokenizerFast(tokenizer_object=core, eos_token="<eos>", pad_token="<eos>")


@pytest.fixture(scope="session")
def model(tokenizer):
    torch.manual_seed(7)
    config = transformers.Qwen3Config(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        head_dim=16,
        max_position_embeddings=512,
        initializer_range=0.1,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        tie_word_embeddings=True,
    )
    made = transformers.Qwen3ForCausalLM(config)
    learn_a_little(made, [tokenizer(text + "<eos>")["input_ids"] for text in CORPUS])
    made.eval()
    made.generation_config.eos_token_id = tokenizer.eos_token_id
    made.generation_config.pad_token_id = tokenizer.pad_token_id
    return made


def learn_a_little(model, texts, passes=60):
    """Enough training that greedy text has lines (steps), too little to be right."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    for _ in range(passes):
        for ids in texts:
            batch = torch.tensor([ids])
            model(input_ids=batch, labels=batch).loss.backward()
            optimizer.step()
            optimizer.zero_grad()
