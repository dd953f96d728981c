"""The instructions that the current message took so far, noted under its step."""

from kybra import ic

from infer_core.work_meter import WorkMeter

meter = WorkMeter()


def count_work(step: str) -> None:
    """Note what this message did until here."""
    meter.note(step, ic.performance_counter(0))
