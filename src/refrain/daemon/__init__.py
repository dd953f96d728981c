"""The process behind `refrain up`: the model server, the replica and the control interface."""
