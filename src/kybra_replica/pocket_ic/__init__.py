"""The REST interface of a PocketIC server, over embedded replicas."""
