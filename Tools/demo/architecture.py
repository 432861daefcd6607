# SPDX-License-Identifier: Apache-2.0
"""The model's configuration files."""

from byte_pairs import BOS, EOS


def configurations(tokenizer):
    """File name to value: a Llama of about 4.5 million parameters with a tied embedding."""
    bos, eos = tokenizer.token_to_id(BOS), tokenizer.token_to_id(EOS)
    config = {
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "dtype": "bfloat16",
        "hidden_act": "silu", "attention_bias": False, "mlp_bias": False,
        "vocab_size": tokenizer.get_vocab_size(), "hidden_size": 256, "intermediate_size": 640,
        "num_hidden_layers": 5, "num_attention_heads": 8, "num_key_value_heads": 4, "head_dim": 32,
        "max_position_embeddings": 256, "rms_norm_eps": 1e-5, "tie_word_embeddings": True,
        "initializer_range": 0.02, "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0},
        "bos_token_id": bos, "eos_token_id": eos,
    }
    names = {
        "tokenizer_class": "PreTrainedTokenizerFast", "bos_token": BOS, "eos_token": EOS,
        "model_max_length": config["max_position_embeddings"], "clean_up_tokenization_spaces": False,
    }
    return {
        "config.json": config,
        "generation_config.json": {"bos_token_id": bos, "eos_token_id": eos},
        "tokenizer_config.json": names,
    }
