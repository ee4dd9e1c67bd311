"""What goes wrong: one class for data, one for a checkpoint that does not fit."""


class ShardError(ValueError):
    """A shard is damaged, cut short, of an unknown kind, or changed while it was read."""

    def __init__(self, name, why):
        super().__init__(f"{name}: {why}")
        self.name, self.why = name, why


class StateError(ValueError):
    """A checkpoint belongs to other data or to another order; `differences` lists how."""

    def __init__(self, differences):
        super().__init__("this checkpoint does not fit: " + "; ".join(differences))
        self.differences = differences
