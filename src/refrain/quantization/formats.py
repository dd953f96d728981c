"""What is known of each quantization format, every figure with its source and its metric.

bits_per_weight      over a whole Llama-3.1-8B file, mixtures included: llama.cpp,
                     tools/quantize/README.md. Q8_0 and F16 are exact for any model.
perplexity_permille  how much Wikitext-2 perplexity grows against F16, in thousandths, of Llama 3 8B
                     without importance matrix: llama.cpp, examples/perplexity/README.md, the
                     scoreboard of revision f364eb6f. i-quants, which need a matrix, are measured
                     with one of 10 M tokens.
divergence           mean Kullback-Leibler divergence from F16's token probabilities, same table
same_top_permille    how often the likeliest token is F16's; same document, where it is told
prompt_rate          tokens a second of the 8B model, prompts of 512 tokens; on the machine of
text_rate            tools/quantize/README.md, texts of 128 tokens: their ratios carry over at best

None is "not measured there". Perplexity bounds no loss in reasoning: by arXiv 2501.03035, 4-bit
methods of other kinds (AWQ, GPTQ) lose 11.3 % of mathematics on average, and up to 32.4 %.
"""

from __future__ import annotations

from typing import NamedTuple

F16_PERPLEXITY = 6.231633
F16_PROMPT_RATE = 923.49
F16_TEXT_RATE = 29.17


class Format(NamedTuple):
    """One format; see this module's docstring for metrics and sources."""

    name: str
    bits_per_weight: float
    perplexity: float | None
    divergence: float | None
    same_top_permille: int | None
    prompt_rate: float | None
    text_rate: float | None

    @property
    def perplexity_permille(self) -> float | None:
        """How much more perplexed than F16, in thousandths."""
        if self.perplexity is None:
            return None
        return 1_000 * (self.perplexity / F16_PERPLEXITY - 1)

    @property
    def text_speed(self) -> float | None:
        """Text generated in the time of one token of F16's."""
        return None if self.text_rate is None else self.text_rate / F16_TEXT_RATE

    @property
    def prompt_speed(self) -> float | None:
        """Prompt read in the time of one token of F16's."""
        return None if self.prompt_rate is None else self.prompt_rate / F16_PROMPT_RATE


F16 = Format("F16", 16.0, F16_PERPLEXITY, 0.0, 1_000, F16_PROMPT_RATE, F16_TEXT_RATE)

FORMATS = (
    F16,
    Format("Q8_0", 8.5, 6.234284, 0.001355, 977, 865.09, 50.93),
    Format("Q6_K", 6.5633, 6.253382, 0.005452, None, 812.01, 58.67),
    Format("Q5_K_M", 5.7036, 6.288607, 0.010762, None, 758.69, 67.23),
    Format("Q5_K_S", 5.5704, 6.336598, 0.016595, None, 752.52, 69.53),
    Format("Q4_K_M", 4.8944, 6.407115, 0.031273, 919, 821.81, 71.93),
    Format("Q4_K_S", 4.6672, 6.500529, 0.043136, None, 818.55, 76.71),
    Format("IQ4_XS", 4.4597, 6.459705, 0.036334, None, 771.80, 77.51),
    Format("Q3_K_L", 4.2979, 6.787876, 0.087176, None, 761.17, 69.38),
    Format("IQ3_M", 3.7628, 6.898327, 0.102534, None, 768.70, 70.15),
    Format("Q3_K_S", 3.6429, 7.863786, 0.228217, None, 752.17, 71.68),
    Format("Q2_K", 3.1593, 9.751568, 0.445132, None, 784.45, 79.85),
    Format("IQ2_M", 2.9294, 8.600799, 0.325989, None, 787.68, 74.44),
)
"""From the most bits to the fewest."""


def format_named(name: str) -> Format | None:
    """The format of a name, whatever its case."""
    return next((one for one in FORMATS if one.name == name.upper()), None)
