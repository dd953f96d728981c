"""The local model: a server of OpenAI's chat completions on loopback, in a process of its own."""
