"""Quantization formats of GGUF models: sizes, quality, speed, and which to choose."""
