"""Draw the measurements: the time of each operation as a multiple of the floor. The picture is byte-stable."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.measurements import Measured
from bench.rivals import Size

BARS = {"ours": "#1f6feb", "peer": "#d1864a"}
NAMES = {"ours": "live-recording", "peer": "one call per object"}
SHOWN = ("up", "preview", "up again", "refresh")
WIDTH = 0.7
"""The share of the space between two sizes that bars use."""


def draw(measured: Sequence[Measured], path: Path) -> None:
    """Write the picture as SVG."""
    figure = Figure(figsize=(10, 6.5), layout="constrained")
    panels = figure.subplots(2, 2, sharey=True).flat
    for operation, axes in zip(SHOWN, panels, strict=True):
        _panel(axes, operation, measured)
    handles, labels = panels[SHOWN.index("refresh")].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels), frameon=False)
    with mpl.rc_context({"svg.hashsalt": "bench", "svg.fonttype": "none"}):
        figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None})


def _panel(axes: Axes, operation: str, measured: Sequence[Measured]) -> None:
    axes.axhline(1, color="#57606a", linewidth=1, linestyle="--", label="Pulumi alone (the floor)")
    rivals = [rival for rival in BARS if any(one.of(operation, rival) for one in measured)]
    step = WIDTH / len(rivals)
    for place, rival in enumerate(rivals):
        at = [size + (place + 0.5) * step - WIDTH / 2 for size in range(len(measured))]
        ratios = [one.ratio(operation, rival) for one in measured]
        bars = axes.bar(at, ratios, step * 0.92, color=BARS[rival], label=NAMES[rival])
        labels = [f"{one.ratio(operation, rival):.2f}\n{one.seconds(operation, rival):.1f} s" for one in measured]
        axes.bar_label(bars, labels, label_type="center", fontsize=8, color="white")
    axes.set_title(f"{operation}: time as a multiple of the floor", fontsize=10, loc="left")
    axes.set_xticks(range(len(measured)), [_size(one) for one in measured], fontsize=8)
    axes.margins(y=0.2)
    axes.spines[["top", "right"]].set_visible(False)


def _size(measured: Measured) -> str:
    size = Size.of(measured.size)
    return f"{size.tasks:,} tasks\n{'without' if size.hasty else 'with'} checkpoints"
