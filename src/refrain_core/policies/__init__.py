"""Which answer goes when there is no room: eviction policies behind one interface."""
