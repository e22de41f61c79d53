"""A model, its simulation and what is said of them in one COMBINE/OMEX archive."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import libcombine

from twin.errors import InputError

MODEL_FILE = "model.xml"
SIMULATION_FILE = "simulation.sedml"
_OMEX = "http://identifiers.org/combine.specifications/omex"
_SBML = "http://identifiers.org/combine.specifications/sbml.level-3.version-2"
_SEDML = "http://identifiers.org/combine.specifications/sed-ml.level-1.version-4"


@dataclass(frozen=True, slots=True)
class ArchiveNote:
    """What the archive says of itself; nothing that tells who a patient is."""

    title: str
    description: str
    creator: str
    created: str


def write_archive(path: Path, *, sbml: str, sedml: str, note: ArchiveNote) -> None:
    """Write the archive, or say in one line why not.

    Args:
        path: of the archive, `*.omex`.
        sbml: text of the model.
        sedml: text of the simulation; it is what a reader opens first.
        note: title, description, maker and date (W3C date and time).

    Raises: InputError when it cannot be written there.
    """
    archive = libcombine.CombineArchive()
    archive.addFileFromString(sbml, MODEL_FILE, _SBML, False)
    archive.addFileFromString(sedml, SIMULATION_FILE, _SEDML, True)
    itself = archive.getManifest().createContent()
    itself.setLocation(".")
    itself.setFormat(_OMEX)
    for about in (".", f"./{MODEL_FILE}"):
        archive.addMetadata(about, _description(about, note))
    # libcombine replaces what is in its way, a folder too: it writes beside, and only
    # a file takes the place.
    try:
        with tempfile.TemporaryDirectory(dir=path.parent) as folder:
            written = Path(folder) / "archive.omex"
            if path.is_dir() or not archive.writeToFile(str(written)):
                raise InputError(f"{path}: cannot be written; name another file")
            written.replace(path)
    except OSError as error:
        raise InputError(
            f"{path}: cannot be written ({error.strerror}); name another file"
        ) from error
    finally:
        archive.cleanUp()


def _description(about: str, note: ArchiveNote) -> object:
    described = libcombine.OmexDescription()
    described.setAbout(about)
    described.setDescription(f"{note.title}. {note.description}")
    described.setCreated(libcombine.Date(note.created))
    creator = libcombine.VCard()
    creator.setFamilyName(note.creator)
    creator.setOrganization(note.creator)
    described.addCreator(creator)
    return described
