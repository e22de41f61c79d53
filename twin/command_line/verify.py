"""`twin verify`: hold the twin against data, networks and its own laws."""

import typer

from twin.command_line.verify_alternatives import alternatives
from twin.command_line.verify_engine import engine
from twin.command_line.verify_exchange import exchange
from twin.command_line.verify_forms import forms
from twin.command_line.verify_genotypes import genotypes
from twin.command_line.verify_guideline import guideline
from twin.command_line.verify_inference import inference
from twin.command_line.verify_inputs import inputs
from twin.command_line.verify_interactions import interactions
from twin.command_line.verify_model_forms import model_forms
from twin.command_line.verify_multiscale import multiscale
from twin.command_line.verify_science import science
from twin.command_line.verify_sensitivity import sensitivity

app = typer.Typer(no_args_is_help=True, add_completion=False)
app.command("alternatives")(alternatives)
app.command("engine")(engine)
app.command("exchange")(exchange)
app.command("forms")(forms)
app.command("genotypes")(genotypes)
app.command("guideline")(guideline)
app.command("inference")(inference)
app.command("inputs")(inputs)
app.command("interactions")(interactions)
app.command("model-forms")(model_forms)
app.command("multiscale")(multiscale)
app.command("science")(science)
app.command("sensitivity")(sensitivity)


@app.callback()
def _group() -> None:
    """Hold the model against data, networks and its own laws."""
