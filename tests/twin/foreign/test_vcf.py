"""Files as they come, good and bad, through the process that reads them."""

import gzip
import os
import re
import zlib
from pathlib import Path

import pytest

from tests.laboratory import HEADER, everyone_reference, line, vcf, write
from twin.errors import ForeignFileError, GenotypeError
from twin.intake.laboratory import LaboratoryResult, laboratory_file
from twin.pharmacogenes import load_pharmacogenes
from twin.vocabulary.variant import VariantRecord

GENES = load_pharmacogenes()
STAR_3 = VariantRecord("chr10", 94981296, "A", ("C",), (0, 1), rsid="rs1057910")


def read(path: Path, **options: str) -> LaboratoryResult:
    return laboratory_file(path, GENES, **options)


def written(folder: Path, *lines: str, **options: object) -> Path:
    path = folder / "sample.vcf"
    path.write_text(vcf(lines, **options), encoding="utf-8")  # type: ignore[arg-type]
    return path


def test_a_whole_file_is_called(tmp_path):
    pairs = {"CYP2C9": ("*1", "*3"), "CYP2C19": ("*1", "*2"), "UGT1A1": ("*1", "*36")}

    found = read(write(tmp_path / "whole.vcf", pairs))

    assert found.sample == "S1"
    assert found.calls["CYP2C9"].pairs == (("*1", "*3"),)
    assert ("*1", "*2") in found.calls["CYP2C19"].pairs
    assert found.calls["UGT1A1"].pairs == (("*1", "*36"),)
    assert found.calls["VKORC1"].pairs == (("rs9923231 reference (C)",) * 2,)
    assert found.remarks == ()


@pytest.mark.parametrize("compress", ["gzip", "bgzip"])
def test_compression_makes_no_difference(tmp_path, compress):
    plain = write(tmp_path / "plain.vcf", {"CYP2C9": ("*2", "*3")})
    packed = tmp_path / "named_anything"
    pack = gzip.compress if compress == "gzip" else bgzip
    packed.write_bytes(pack(plain.read_bytes()))

    assert read(packed).calls == read(plain).calls


def bgzip(content: bytes) -> bytes:
    """In blocks with their length beside them, and the block that ends a file."""
    blocks = []
    for start in range(0, len(content), 20_000):
        packed = zlib.compressobj(6, zlib.DEFLATED, -15)
        piece = content[start : start + 20_000]
        body = packed.compress(piece) + packed.flush()
        size = len(body) + 25
        blocks.append(
            bytes.fromhex("1f8b08040000000000ff060042430200")
            + size.to_bytes(2, "little")
            + body
            + zlib.crc32(piece).to_bytes(4, "little")
            + len(piece).to_bytes(4, "little")
        )
    end = "1f8b08040000000000ff0600424302001b0003000000000000000000"
    return b"".join(blocks) + bytes.fromhex(end)


def test_a_position_that_is_absent_is_not_the_reference(tmp_path):
    found = read(written(tmp_path, line(STAR_3))).calls

    assert ("*1", "*3") in found["CYP2C9"].pairs
    assert ("*3", "*8") in found["CYP2C9"].pairs
    assert "*8" in found["CYP2C9"].not_tested
    assert found["VKORC1"].pairs == ()


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"FILTER": "LowQual"}, "filtered \\(LowQual\\)"),
        ({"FORMAT": "GT:DP", "SAMPLE": "0/1:0"}, "read depth 0"),
        ({"FORMAT": "GT:GQ", "SAMPLE": "0/1:0"}, "genotype quality below 20"),
        ({"FORMAT": "GT:DP:GQ", "SAMPLE": "0/0:1:3"}, "genotype quality below"),
        ({"FORMAT": "GT:DP:RGQ", "SAMPLE": "0/0:9:0"}, "genotype quality below"),
        ({"FORMAT": "GT:DP", "SAMPLE": "0/0:4"}, "read depth below 8"),
        ({"FORMAT": "GT:AD", "SAMPLE": "0/0:0,0"}, "read depth 0"),
        ({"FORMAT": "GT:DP:MIN_DP:GQ", "SAMPLE": "0/0:30:0:50"}, "read depth 0"),
        ({"FORMAT": "GT:PL", "SAMPLE": "0/0:0,0,0"}, "genotype quality below"),
        ({"FORMAT": "GT:PL", "SAMPLE": "0/0:0,3,30"}, "genotype quality below"),
        ({"FORMAT": "GT:GL", "SAMPLE": "0/0:-.1,-.3,-3"}, "genotype quality below"),
        ({"FORMAT": "GT:GP", "SAMPLE": "0|0:.4,.35,.25"}, "genotype quality below"),
        ({"FORMAT": "GT:GP", "SAMPLE": "0/0:0,3,30"}, "genotype quality below"),
        ({"FORMAT": "GT:DS", "SAMPLE": "0|0:0.3"}, "genotype quality below"),
        ({"FORMAT": "GT:PL", "SAMPLE": "0/0:60,0,60"}, "genotype quality below"),
        ({"FORMAT": "GT:GP", "SAMPLE": "0/0:0,1,0"}, "genotype quality below"),
        ({"FORMAT": "GT:RGQ", "SAMPLE": "0/0:nan"}, "no number"),
        ({"QUAL": "3.2"}, "a variant on a line of quality below 20"),
        (
            {"QUAL": "5000", "FORMAT": "GT:DP:AD", "SAMPLE": "0/0:2:2,0"},
            "read depth below 8",
        ),
        ({"INFO": "DP=1"}, "read depth below 8"),
        ({"INFO": "AC=1;DP=0"}, "read depth 0"),
        ({"FORMAT": "GT:FT", "SAMPLE": "0/1:LowGQ"}, "filtered \\(LowGQ\\)"),
        ({"FORMAT": "GT:RGQ", "SAMPLE": "0/1:high"}, "no number"),
    ],
)
def test_a_doubtful_line_is_not_tested_and_said_so(tmp_path, changes, why):
    found = read(written(tmp_path, line(STAR_3, **changes)))

    assert found.calls["CYP2C9"].pairs == ()
    assert len(found.remarks) == 1
    assert re.search(why, found.remarks[0])


@pytest.mark.parametrize(
    "header",
    [
        ("##fileformat=VCFv4.2",),
        (*HEADER, '##FORMAT=<ID=RGQ,Number=.,Type=String,Description="x">'),
    ],
)
def test_what_the_header_declares_makes_no_doubt_go_away(tmp_path, header):
    doubtful = line(STAR_3, FORMAT="GT:DP:RGQ", SAMPLE="0/0:0:0")

    assert read(written(tmp_path, doubtful, header=header)).calls["CYP2C9"].pairs == ()


@pytest.mark.parametrize(
    ("form", "sample"),
    [
        ("GT:DP:GQ", "0/1:30:99"),
        ("GT:GQ", "0/1:20"),
        ("GT:DP", "0/1:8"),
        ("GT", "0/1"),
        ("GT:PL", "0/1:30,0,60"),
        ("GT:GL", "0/1:-9,0,-9"),
        ("GT:GP", "0/1:0.001,0.998,0.001"),
        ("GT:GP", "0/1:0,1,0"),
        ("GT:DS", "0/1:1.01"),
        ("GT:GQ:PL", "0/1:40:9,0,9"),
    ],
)
def test_enough_evidence_is_believed(tmp_path, form, sample):
    found = read(written(tmp_path, line(STAR_3, FORMAT=form, SAMPLE=sample)))

    assert found.calls["CYP2C9"].positions_read == 1
    assert found.remarks == ()


def test_a_line_without_a_variant_is_no_doubtful_reference(tmp_path):
    """Its quality is of there being a variant, which nobody says."""
    sure = line(STAR_3, QUAL="0", FORMAT="GT:DP", SAMPLE="0/0:40")

    assert read(written(tmp_path, sure)).calls["CYP2C9"].positions_read == 1


def test_a_callers_own_filter_of_a_reference_is_no_doubt(tmp_path):
    called = {"FILTER": "RefCall", "FORMAT": "GT:GQ"}

    reference = written(tmp_path, line(STAR_3, SAMPLE="0/0:45", **called))
    assert read(reference).calls["CYP2C9"].positions_read == 1
    variant = written(tmp_path, line(STAR_3, SAMPLE="0/1:45", **called))
    assert read(variant).calls["CYP2C9"].positions_read == 0


def test_doubts_of_one_kind_are_said_once(tmp_path):
    lines = [line(record, FILTER="LowQual") for record in everyone_reference()[:30]]

    (said,) = read(written(tmp_path, line(STAR_3), *lines)).remarks[:1]

    assert "and 25 more lines: filtered (LowQual)" in said


def test_a_line_without_a_genotype_is_passed_over(tmp_path):
    copies = VariantRecord("chr10", 94000000, "N", ("<CNV>",), (0, 1))
    found = read(
        written(
            tmp_path,
            line(STAR_3),
            line(copies, INFO="END=96000000", FORMAT="RC:CN", SAMPLE="60:2"),
        )
    )

    assert ("*1", "*3") in found.calls["CYP2C9"].pairs
    assert "no genotype (GT) there" in found.remarks[0]


def test_a_file_without_any_genotype_is_refused(tmp_path):
    with pytest.raises(ForeignFileError, match="no GT in FORMAT"):
        read(written(tmp_path, line(STAR_3, FORMAT="DP", SAMPLE="30")))


def test_what_others_and_annotations_write_does_not_count(tmp_path):
    """A joint call of many, with a line's annotation longer than an allele may be."""
    people = tuple(f"S{n}" for n in range(1, 801))
    rest = "\t".join(["0/0:20,0:20:60:0,60,900"] * 799)
    form = {"FORMAT": "GT:AD:DP:GQ:PL", "SAMPLE": f"0/1:9,9:18:80:80,0,80\t{rest}"}
    path = tmp_path / "joint.vcf"
    long = line(STAR_3, INFO=f"CSQ={'x' * 30_000};DP=2", **form)
    path.write_text(vcf([long], samples=people), encoding="utf-8")

    found = read(path, sample="S1").calls["CYP2C9"]

    assert ("*1", "*3") in found.pairs
    assert ("*1", "*1") not in found.pairs


@pytest.mark.parametrize("names", [["c" * 101], [f"c{n}" for n in range(100_001)]])
def test_names_of_chromosomes_are_short_and_few(tmp_path, names):
    strange = [f"{name}\t1\t.\tA\tC" for name in names]

    with pytest.raises(ForeignFileError, match="chromosomes and scaffolds"):
        read(written(tmp_path, *strange))


BROKEN = ["C[chr2:1000[", "]chr2:1000]C", "C.", "N"]


@pytest.mark.parametrize("alt", BROKEN)
def test_a_breakend_says_nothing_of_the_base(tmp_path, alt):
    star_2 = VariantRecord("chr10", 94942290, "C", ("T",), (0, 0))
    lacking = line(star_2, ALT=alt, SAMPLE="0/0")
    carried = line(star_2, ALT=alt, SAMPLE="0/1")

    unread = read(written(tmp_path, line(STAR_3), lacking)).calls["CYP2C9"]
    broken = read(written(tmp_path, line(STAR_3), carried)).calls["CYP2C9"]

    assert "rs1799853" in unread.positions_not_tested
    assert "rs1799853" in broken.undefined


def block(start: int, ref: str, end: int) -> str:
    reference = VariantRecord("chr10", start, ref, ("<NON_REF>",), (0, 0))
    return line(reference, INFO=f"END={end}", SAMPLE="0/0")


def test_a_base_that_agrees_by_chance_shows_no_build(tmp_path):
    blocks = [block(94600000, "A", 94942289), block(94942290, "C", 95100000)]

    found = read(written(tmp_path, *blocks))

    assert all(call.pairs == () for call in found.calls.values())
    assert "which build it is on cannot be told" in found.remarks[0]


def test_one_variant_of_the_older_build_outweighs_blocks_that_fit(tmp_path):
    blocks = [block(94942290, "C", 94942291), block(94981296, "A", 94981300)]
    older = line(VariantRecord("chr10", 96702047, "C", ("T",), (0, 1)))

    with pytest.raises(GenotypeError, match="of the older build"):
        read(written(tmp_path, *blocks, older))


def test_a_variant_of_the_older_build_among_ours_is_said(tmp_path):
    older = line(VariantRecord("chr10", 96702047, "C", ("T",), (0, 1)))

    found = read(written(tmp_path, *map(line, everyone_reference()), older))

    assert any("CYP2C9: lines stand where GRCh37" in said for said in found.remarks)


@pytest.mark.parametrize("info", ["END=95050000", "SVTYPE=DEL;SVLEN=-120000"])
@pytest.mark.parametrize("genotype", ["0/1", "1/1"])
def test_a_deletion_of_the_gene_is_no_reference(tmp_path, info, genotype):
    deleted = line(
        VariantRecord("chr10", 94930000, "T", ("<DEL>",), (0, 1)),
        INFO=info,
        SAMPLE=genotype,
    )
    path = tmp_path / "deleted.vcf"
    path.write_text(vcf([*map(line, everyone_reference()), deleted]), encoding="utf-8")

    found = read(path).calls["CYP2C9"]

    assert len(found.undefined) > 50
    assert found.pairs == ()


def test_a_base_taken_away_by_nobody_is_not_the_reference(tmp_path):
    starred = line(STAR_3, ALT="*", SAMPLE="1/1")

    found = read(written(tmp_path, starred)).calls["CYP2C9"]

    assert found.undefined == ("rs1057910",)


def test_variants_that_are_not_interpreted_are_counted(tmp_path):
    others = [
        line(VariantRecord("chr10", 94950000 + n, "A", ("G",), (0, 1)))
        for n in range(3)
    ]
    unused = line(VariantRecord("chr10", 94950010, "A", ("G",), (0, 0)))

    found = read(written(tmp_path, line(STAR_3), *others, unused))

    (remark,) = found.remarks
    assert remark.endswith("are not interpreted: CYP2C9 3")


def test_a_line_for_every_base_is_read(tmp_path):
    lines = []
    for gene in GENES.definitions:
        for position in gene.positions:
            lines += [
                line(VariantRecord(gene.chromosome, p, "N", (".",), (0, 0)))
                for p in range(position.position - 200, position.position)
            ]
    path = tmp_path / "every.vcf"
    path.write_text(vcf([*lines, line(STAR_3)]), encoding="utf-8")

    assert read(path).calls["CYP2C9"].positions_read >= 1


def test_a_contradiction_in_a_gene_nobody_doses_by_costs_that_gene_only(tmp_path):
    twice = [
        line(VariantRecord("chr4", 88131171, "G", ("T",), alleles))
        for alleles in ((0, 1), (1, 1))
    ]

    found = read(written(tmp_path, line(STAR_3), *twice))

    assert found.calls["CYP2C9"].positions_read == 1
    assert found.calls["ABCG2"].pairs == ()
    assert "ABCG2" in found.remarks[0]


def test_blocks_of_reference_are_read(tmp_path):
    block = line(
        VariantRecord("chr10", 94938000, "T", ("<NON_REF>",), (0, 0), end=94990000)
    )

    elsewhere = line(VariantRecord("chr16", 31096368, "C", ("T",), (0, 1)))

    found = read(written(tmp_path, block, elsewhere)).calls["CYP2C9"]

    assert found.pairs == (("*1", "*1"),)
    assert found.not_tested == ()


def test_blocks_of_reference_alone_do_not_say_on_which_genome(tmp_path):
    blocks = [
        line(
            VariantRecord("chr10", start, "A", ("<NON_REF>",), (0, 0), end=start + 999)
        )
        for start in range(94938001, 94990000, 1000)
    ]

    found = read(written(tmp_path, *blocks))

    assert found.agreeing_bases == 0
    assert all(call.pairs == () for call in found.calls.values())
    assert "nothing is taken as tested" in found.remarks[0]


def test_as_many_records_of_the_older_build_as_of_ours_are_refused(tmp_path):
    older = line(VariantRecord("chr10", 96702047, "C", ("T",), (0, 1)))
    ours = line(VariantRecord("chr10", 94942290, "C", ("T",), (0, 0)))

    with pytest.raises(GenotypeError, match="stand at GRCh37 positions"):
        read(written(tmp_path, older, ours))


def test_whose_file_it_is_must_be_said_where_there_are_two(tmp_path):
    two = line(STAR_3) + "\t1/1"
    path = written(tmp_path, two, samples=("A", "B"))

    with pytest.raises(ForeignFileError, match=r"2 samples \(A, B\).*--sample"):
        read(path)
    with pytest.raises(ForeignFileError, match="no sample 'C'; it has A, B"):
        read(path, sample="C")
    assert ("*3", "*3") in read(path, sample="B").calls["CYP2C9"].pairs


def test_a_file_of_the_older_build_is_refused_whatever_its_header_says(tmp_path):
    older = VariantRecord("chr10", 96741053, "A", ("C",), (0, 1))
    header = (*HEADER, "##reference=GRCh38")

    with pytest.raises(GenotypeError, match="stand at GRCh37 positions"):
        read(written(tmp_path, line(older), header=header))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "is empty"),
        (line(STAR_3) + "\n", "does not begin with ##fileformat"),
        ("##fileformat=VCFv3.3\n", "VCF 4.1 to 4.5 are read"),
        ("##fileformat=VCFv4.2\n##x=1\n", "no line #CHROM"),
        ("##fileformat=VCFv4.2\n" + line(STAR_3) + "\n", "line 2 is data"),
        (vcf([]), "no line of data"),
        (vcf([], samples=()), "names no sample"),
        (vcf([line(STAR_3)])[:-5], "has 9 columns where the header names 10"),
        (vcf([line(STAR_3, POS="here")]), "POS 'here' is no number"),
        (vcf([line(STAR_3, SAMPLE="0/7")]), "genotype 0/7 names allele 7, but"),
        (vcf([line(STAR_3, ALT="C\x00")]), "a byte that is no text"),
        ("BCF\2\2", "is BCF"),
        (vcf([line(STAR_3, POS="9" * 5000)]), "is no number"),
        (vcf([line(STAR_3, SAMPLE="0/" + "9" * 5000)]), "names allele"),
        (vcf([line(STAR_3, ALT="C" * 30_000)]), "kB of alleles and genotype"),
        (vcf([line(STAR_3)] * 21_000), "more than 20000 lines"),
        (vcf(["", *[line(STAR_3, ALT="C" * 18_000)] * 600]), "or 10 MB, about"),
        (vcf([line(STAR_3), *[""] * 1_001]), "empty lines"),
    ],
)
def test_a_bad_file_is_refused_in_one_line(tmp_path, text, complaint):
    path = tmp_path / "bad.vcf"
    path.write_text(text, encoding="utf-8")

    with pytest.raises((ForeignFileError, GenotypeError), match=complaint) as refused:
        read(path)

    assert "\n" not in str(refused.value)
    assert str(path) in str(refused.value)


def test_a_compressed_file_that_was_cut_off_is_refused(tmp_path):
    whole = write(tmp_path / "whole.vcf").read_bytes()
    for packed in (gzip.compress(whole), bgzip(whole)):
        for end in (len(packed) // 2, len(packed) - 28, len(packed) - 1):
            path = tmp_path / "cut.vcf.gz"
            path.write_bytes(packed[:end])

            with pytest.raises(ForeignFileError, match=r"cut off|damaged"):
                read(path)


def test_a_line_of_ten_gigabytes_is_not_read(tmp_path):
    path = written(tmp_path, line(STAR_3))
    with path.open("ab") as file:
        os.truncate(file.fileno(), 10_000_000_000)

    with pytest.raises(ForeignFileError, match="longer than 1 MB"):
        read(path)


def test_a_bomb_is_not_unpacked(tmp_path):
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    harmless = b"chr1\t1\t.\tA\tC\t.\tPASS\t.\tGT\t0/0\n" * 30_000
    path = tmp_path / "bomb.vcf.gz"
    with path.open("wb") as file:
        file.write(packer.compress(vcf([line(STAR_3)]).encode()))
        for _ in range(200):
            file.write(packer.compress(harmless))
        file.write(packer.flush())

    with pytest.raises(ForeignFileError, match="times its size"):
        read(path)


def test_what_is_no_file_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(ForeignFileError, match="no regular file"):
            read(path)
    with pytest.raises(ForeignFileError, match="no such file"):
        read(tmp_path / "nothing")


def test_every_position_of_a_good_file_agrees_with_our_reference(tmp_path):
    lines = [line(record) for record in everyone_reference()]

    assert read(written(tmp_path, *lines)).agreeing_bases >= 227
