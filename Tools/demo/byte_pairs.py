# SPDX-License-Identifier: Apache-2.0
"""The tokenizer: byte-level pairs, trained on the training text."""

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, processors, trainers

SIZE = 4096
BOS, EOS = "<s>", "</s>"
# How Llama 3 splits text before merging, but for numbers, whose digits are tokens of their own.
SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def train(samples):
    """A tokenizer that depends on nothing but the samples: counts decide merges, ties by the pair's ids."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(SPLIT), behavior="isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ])
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(
        (text for sample in samples for text in (sample.prompt, sample.response)),
        trainers.BpeTrainer(
            vocab_size=SIZE, special_tokens=[BOS, EOS], show_progress=False, min_frequency=3,
            initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet())))
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{BOS} $A", pair=f"{BOS} $A {BOS} $B",
        special_tokens=[(BOS, tokenizer.token_to_id(BOS))])
    return tokenizer
