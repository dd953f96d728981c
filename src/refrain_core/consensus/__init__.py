"""Several answers into one: strategies that tell which answers agree, and the vote over them."""
