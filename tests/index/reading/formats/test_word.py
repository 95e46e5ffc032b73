"""Word documents as they are read with their changes accepted: nothing dropped in silence."""

from index.reading.formats.document import Block
from tests.index.reading.formats.files import one, said, texts
from tests.index.reading.formats.made import paragraph, run, table, word_body


def inserted(text: str) -> str:
    return f'<w:ins w:id="1" w:author="Nils">{run(text)}</w:ins>'


def deleted(text: str) -> str:
    return f'<w:del w:id="2" w:author="Nils"><w:r><w:delText>{text}</w:delText></w:r></w:del>'


def test_tracked_changes_are_read_as_accepted() -> None:
    document = one(
        word_body(
            paragraph("The council did ", inserted("not "), "approve the repair.")
            + paragraph("It ", deleted("rejected "), inserted("approved "), "the quay.")
            + paragraph(
                f'<w:moveFrom w:id="3">{run("Anna ")}</w:moveFrom>',
                "The mayor ",
                f'<w:moveTo w:id="4">{run("Anna Velde ")}</w:moveTo>',
                "opened it.",
            )
        )
    )
    assert texts(document) == [
        "The council did not approve the repair.",
        "It approved the quay.",
        "The mayor Anna Velde opened it.",
    ]
    assert document.warnings == ("5 tracked changes read as accepted",)


def test_a_deleted_paragraph_mark_joins_two_paragraphs() -> None:
    mark = '<w:del w:id="5"/>'
    row = '<w:tr><w:trPr><w:del w:id="6"/></w:trPr><w:tc><w:p/></w:tc></w:tr>'
    body = paragraph("The council did", mark=mark) + paragraph(" not approve it.")
    assert texts(one(word_body(body))) == ["The council did not approve it."]
    gone = table([("Season", "Toll"), ("Winter", "5")]).replace("</w:tbl>", f"{row}</w:tbl>")
    assert len(one(word_body(gone)).blocks) == 2
    assert texts(one(word_body(paragraph("At the end.", mark=mark)))) == ["At the end."]


def test_controls_fields_and_tags_are_read_where_they_stand() -> None:
    def control(text: str, properties: str = "") -> str:
        held = f"<w:sdtContent>{text}</w:sdtContent>"
        return f"<w:sdt><w:sdtPr>{properties}</w:sdtPr>{held}</w:sdt>"

    field = "".join(
        f"<w:r>{part}</w:r>"
        for part in (
            *('<w:fldChar w:fldCharType="begin"/>', "<w:instrText>IF 1 </w:instrText>"),
            *('<w:fldChar w:fldCharType="begin"/>', "<w:instrText>DATE</w:instrText>"),
            *('<w:fldChar w:fldCharType="separate"/>', "<w:t>unseen</w:t>"),
            *('<w:fldChar w:fldCharType="end"/>', '<w:fldChar w:fldCharType="separate"/>'),
            *("<w:t>nine </w:t>", '<w:fldChar w:fldCharType="end"/>'),
        )
    )
    body = (
        control(paragraph("The ferry company employs forty sailors."))
        + paragraph(
            "The rent of the quay is ",
            control(run("eleven crowns ")),
            f'<w:fldSimple w:instr="DATE">{run("on 4 May ")}</w:fldSimple>',
            f'<w:smartTag w:element="place">{run("in Marl ")}</w:smartTag>',
            f'<w:hyperlink w:anchor="x">{run("a month ")}</w:hyperlink>',
            "from ",
            field,
            "on.",
            control(run("Click here."), "<w:showingPlcHdr/>"),
        )
        + control(paragraph("Click here."), "<w:showingPlcHdr/>")
        + table([(control(paragraph("Season")), "Toll"), ("Winter", "5")])
    )
    assert texts(one(word_body(body))) == [
        "The ferry company employs forty sailors.",
        "The rent of the quay is eleven crowns on 4 May in Marl a month from nine on.",
        *("Season | Toll", "Season: Winter; Toll: 5."),
    ]
    lone = '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'  # of a field that has no end
    assert texts(one(word_body(paragraph(lone, "It stays.")))) == ["It stays."]


def test_boxes_nested_tables_and_notes_stand_at_their_place() -> None:
    box = "<w:txbxContent>" + paragraph("The toll is nine crowns.") + "</w:txbxContent>"
    drawn = f"<wps:wsp><wps:txbx>{box}</wps:txbx></wps:wsp>"
    old = f"<w:pict><v:shape><v:textbox>{box}</v:textbox></v:shape></w:pict>"
    both = (
        f'<w:r><mc:AlternateContent><mc:Choice Requires="wps">{drawn}</mc:Choice>'
        f"<mc:Fallback>{old}</mc:Fallback></mc:AlternateContent></w:r>"
    )
    reference = '<w:r><w:footnoteReference w:id="2"/></w:r>'
    note = paragraph("The load was of sand.", reference)
    nested = table([("Season", "Toll"), ("Winter", "five crowns")])
    document = one(
        word_body(
            paragraph("The pier ", reference, "was tested.")
            + paragraph("Beside it stands a box.", both)
            + table([("Year", "Cars"), ("2021", paragraph("4,000") + nested + "<w:p/>")]),
            parts={"footnotes": f'<w:footnote w:id="2">{note}</w:footnote>'},
        )
    )
    assert texts(document) == [
        *("The pier was tested.", "The load was of sand."),
        *("Beside it stands a box.", "The toll is nine crowns."),
        *("Year | Cars", "Year: 2021; Cars: 4,000."),
        *("Season | Toll", "Season: Winter; Toll: five crowns."),
    ]


def test_what_is_hidden_is_left_out_and_comments_are_counted() -> None:
    document = one(
        word_body(
            paragraph("The toll is ", run("not yet ", "<w:vanish/>"), "nine crowns.")
            + paragraph(run("Seen.", '<w:vanish w:val="0"/>')),
            parts={"comments": '<w:comment w:id="1"/><w:comment w:id="2"/>'},
        )
    )
    assert texts(document) == ["The toll is nine crowns.", "Seen."]
    assert document.warnings == ("2 comments left out", "1 hidden piece of text left out")


def test_styles_make_headings_items_and_captions() -> None:
    numbered = '<w:p><w:pPr><w:numPr><w:ilvl w:val="1"/><w:numId w:val="3"/></w:numPr></w:pPr>'
    outlined = '<w:p><w:pPr><w:outlineLvl w:val="2"/></w:pPr>'
    document = one(
        word_body(
            paragraph("The ferry", style="Title")
            + paragraph("Tolls", style="Heading2")
            + paragraph("One point", style="ListBullet")
            + f"{numbered}{run('Inner point')}</w:p>"
            + f"{outlined}{run('Winter')}</w:p>"
            + paragraph("The quay", style="Caption")
            + paragraph("It sails.")
        )
    )
    assert document.blocks == (
        Block("The ferry", "heading", 1),
        Block("Tolls", "heading", 2),
        Block("One point", "item", 0),
        Block("Inner point", "item", 1),
        Block("Winter", "heading", 3),
        Block("The quay", "caption"),
        Block("It sails."),
    )
    assert document.about.title == "The ferry"


def test_merged_cells_say_what_they_go_on_from_and_tables_that_only_place_are_no_tables() -> None:
    start = '<w:tcPr><w:vMerge w:val="restart"/></w:tcPr>' + paragraph("Winter")
    on = "<w:tcPr><w:vMerge/></w:tcPr><w:p/>"
    merged = table([("Season", "Toll"), (start, "car: 5"), (on, "bus: 9")])
    long = paragraph("The ferry sails. " * 20)
    placing = table([(long + long, "Beside")])
    document = one(word_body(merged + placing))
    assert said(document) == [
        ("table", "Season | Toll"),
        ("table", "Season: Winter; Toll: car: 5."),
        ("table", "Season: Winter; Toll: bus: 9."),
        *[("body", " ".join(["The ferry sails."] * 20))] * 2,
        ("body", "Beside"),
    ]
