"""The batcher's decisions: admission, flights, tickets, results, money. Calls nothing."""
