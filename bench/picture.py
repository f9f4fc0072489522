"""The measurements as a picture: seconds of each operation, ours beside the floor; the same bytes for the same numbers."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.measurements import Measured

BARS = {"floor": "#9aa5b1", "ours": "#1f6feb", "peer": "#d1864a"}
NAMES = {"floor": "Pulumi alone (floor)", "ours": "live-recording", "peer": "one call per object"}
SHOWN = ("up", "preview", "up again", "refresh")
WIDTH = 0.8
"""Of the space between two sizes, the part that bars take."""


def draw(measured: Sequence[Measured], path: Path) -> None:
    """Write the picture as SVG."""
    figure = Figure(figsize=(10, 6.5), layout="constrained")
    panels = figure.subplots(2, 2).flat
    for operation, axes in zip(SHOWN, panels, strict=True):
        _panel(axes, operation, measured)
    handles, labels = panels[SHOWN.index("refresh")].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(BARS), frameon=False)
    with mpl.rc_context({"svg.hashsalt": "bench", "svg.fonttype": "none"}):
        figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None})


def _panel(axes: Axes, operation: str, measured: Sequence[Measured]) -> None:
    rivals = [rival for rival in BARS if any(one.of(operation, rival) for one in measured)]
    step = WIDTH / len(rivals)
    for place, rival in enumerate(rivals):
        at = [size + (place + 0.5) * step - WIDTH / 2 for size in range(len(measured))]
        seconds = [one.seconds(operation, rival) for one in measured]
        bars = axes.bar(at, seconds, step * 0.92, color=BARS[rival], label=NAMES[rival])
        labels = [f"{one.ratio(operation, rival):.2f}" if rival != "floor" else "" for one in measured]
        axes.bar_label(bars, labels, padding=2, fontsize=8)
    axes.set_title(f"{operation}: seconds, and the ratio to the floor", fontsize=10, loc="left")
    axes.set_xticks(range(len(measured)), [one.size.replace("-", "\n") for one in measured], fontsize=8)
    axes.set_yscale("log")
    axes.spines[["top", "right"]].set_visible(False)
