"""Model Runner V2 on a machine without a GPU.

Call at the very top of a script, outside ``if __name__ == "__main__"`` (worker processes may
be started by importing it again), before anything imports triton or vllm::

    import mrv2

    mrv2.use_model_runner_v2()
    from vllm import LLM

    mrv2.use_torch_top_k()  # where requests use top_k or top_p

Measured with the shipped 1.1M model on two busy cores: starts in 37 s (V1: about 20 s), 50 ms a
step (8 tokens: 0.4 s). Nothing is compiled, so the first step costs what the others do. Where
other processes hold memory, ``LLM(kv_cache_memory_bytes=2**28)`` starts when the default refuses.
"""

import os
from types import SimpleNamespace


def use_model_runner_v2() -> None:
    """Choose Model Runner V2 with its kernels interpreted.

    vLLM gives triton up on the CPU unless there is a backend of that name; the interpreter
    needs none, so a name is all there is to it.
    """
    os.environ["TRITON_INTERPRET"] = "1"
    os.environ["VLLM_USE_V2_MODEL_RUNNER"] = "1"
    from triton.backends import backends

    backends.setdefault("cpu", SimpleNamespace(compiler=None, driver=SimpleNamespace(is_active=lambda: False)))
    _accept_masks_of_any_integer()


def use_torch_top_k() -> None:
    """Choose torch for top-k and top-p, after vllm is imported: the interpreter cannot run that kernel."""
    from vllm.v1.sample.ops import topk_topp_sampler

    topk_topp_sampler.HAS_TRITON = False


def _accept_masks_of_any_integer() -> None:
    """A conjunction of conditions is an integer to the interpreter, which then refuses it as a mask.

    The kernel that applies a grammar's bitmask stores under such a mask.
    """
    import numpy as np
    from triton.runtime.interpreter import InterpreterBuilder

    store = InterpreterBuilder.create_masked_store

    def create_masked_store(self, ptrs, value, mask, cache_policy):
        mask.data = np.asarray(mask.data, dtype=bool)
        return store(self, ptrs, value, mask, cache_policy)

    InterpreterBuilder.create_masked_store = create_masked_store
