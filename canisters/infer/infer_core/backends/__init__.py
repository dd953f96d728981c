"""One module for each way to ask a model: what is sent, and how its reply is read."""
