"""Mails: what their authors wrote is read, what they quoted and how they signed is kept apart."""

from datetime import date

import pytest

from index.errors import SourceError
from index.reading.formats.document import Document, Metadata
from index.reading.formats.mail.mailbox import is_mail
from index.reading.formats.mail.quoted import read_html, read_plain
from tests.index.reading.formats.files import one, read, said, texts
from tests.index.reading.formats.made import CSV, mail, mailbox, slides

REPLY = """Hi Ada,

the ferry sails at nine from Monday on.

On Mon, 6 May 2024 at 10:00, Ada Brandt <ada@post.example>
wrote:
> When does the ferry sail?
> I heard at eight.

It takes forty minutes.

Best regards,
Jo

--\x20
Jo Lind
Harbour office, telephone 12 34
"""


def own(text: str) -> list[str]:
    return [block.text for block in read_plain(text) if block.kind != "furniture"]


def test_a_mail() -> None:
    document = one(mail(REPLY), "a.eml")
    assert document.about == Metadata("The ferry of Marl", "Jo Lind", date(2024, 5, 6))
    kept = [text for kind, text in said(document) if kind == "body"]
    assert kept == ["Hi Ada,", "the ferry sails at nine from Monday on.", "It takes forty minutes."]
    assert "When does the ferry sail?" in texts(document)
    assert "Harbour office, telephone 12 34" in texts(document)


def test_what_is_attached_is_read_and_what_cannot_be_is_counted() -> None:
    files = {"tolls.csv": CSV.encode(), "ferry.pptx": slides(), "logo.png": b"\x89PNG"}
    whole, *attached = read(mail("See the files.", attached=files), "a.eml")
    assert isinstance(whole, Document)
    assert whole.warnings == ("1 attachment left out",)
    assert [d.member for d in attached if isinstance(d, Document)] == ["tolls.csv", "ferry.pptx"]
    tolls = attached[0]
    assert isinstance(tolls, Document)
    assert tolls.about == Metadata(published=date(2024, 5, 6))
    assert texts(tolls)[0] == "Season | Toll | Mayor"
    broken, damaged = read(mail("See.", attached={"a.pdf": b"%PDF-1.7\n"}), "a.eml")
    assert isinstance(broken, Document)
    assert "a.pdf in a.eml is a damaged PDF" in str(damaged)
    (empty,) = read(mail(" "), "a.eml")
    assert "has no text" in str(empty)


@pytest.mark.parametrize(
    ("quoted", "kept"),
    [
        ("It sails.\n\n-----Original Message-----\nFrom: A\nTo: B\n\nOld.", ["It sails."]),
        ("It sails.\n\nFrom: A B\nSent: Monday\nTo: C\nSubject: D\n\nOld.", ["It sails."]),
        ("It sails.\n\nSent from my telephone", ["It sails."]),
        ("It sails.\n\nAm 6.5.2024 um 10:00 schrieb Ada:\n> Alt.\n", ["It sails."]),
        ("> When?\nAt nine.\n> Where?\nIn Marl.\n", ["At nine.", "In Marl."]),
        ("Ada wrote:\nthe ferry sails at nine.", ["Ada wrote:", "the ferry sails at nine."]),
        (f"Thanks,\n\nthe ferry sails {'each day ' * 10}at nine.\n\nIt takes an hour.", None),
        ("--- Forwarded message ---\nFrom: A\nDate: B\nSubject: C\nTo: D\n\nRead me.", None),
    ],
)
def test_where_a_mail_ends(quoted: str, kept: list[str] | None) -> None:
    lines = [line for line in quoted.splitlines() if line]
    assert own(quoted) == (lines if kept is None else kept)


def test_a_mail_in_html() -> None:
    quoted = '<blockquote type="cite"><p>When does it sail?</p></blockquote>'
    signed = '<div class="gmail_signature">Harbour office</div>'
    blocks = read_html(
        f"<p>It sails at <b>nine</b>.</p><p>On Monday, Ada wrote:</p>{quoted}{signed}"
        '<p style="display:none">Unseen.</p><p>It takes an hour.</p>'
    )
    assert [(b.kind, b.text) for b in blocks] == [
        ("body", "It sails at nine."),
        ("furniture", "On Monday, Ada wrote:"),
        ("furniture", "When does it sail?"),
        ("furniture", "Harbour office"),
        ("body", "It takes an hour."),
    ]
    outlook = read_html(
        "<p>At nine.</p><p>From: Ada Sent: Monday, 6 May To: Jo Subject: When</p><p>When?</p>"
    )
    assert [b.kind for b in outlook] == ["body", "furniture", "furniture"]
    both = one(mail("In plain text.", html="<p>In HTML.</p>"))
    assert texts(both) == ["In plain text."]
    assert texts(one(mail("", html="<p>In HTML.</p>"))) == ["In HTML."]


def test_a_mailbox_is_read_thread_by_thread() -> None:
    first = mail(
        "When does it sail?\n",
        headers={
            "From": "Ada Brandt <ada@post.example>",
            "Subject": "The ferry of Marl",
            "Date": "Sun, 05 May 2024 10:00:00 +0000",
            "Message-ID": "<1@post.example>",
        },
    )
    answer = mail("At nine.\n>From Marl it is far.\n", headers={"In-Reply-To": "<1@post.example>"})
    other = mail("Lunch is at noon.\n", headers={"Subject": "Lunch", "Message-ID": "<3@x.example>"})
    thread, lunch = read(mailbox(answer, first, other), "a.mbox")
    assert isinstance(thread, Document)
    assert thread.about == Metadata("The ferry of Marl", "Ada Brandt; Jo Lind", date(2024, 5, 5))
    assert said(thread) == [
        *(("heading", "Ada Brandt, 2024-05-05"), ("body", "When does it sail?")),
        *(("heading", "Jo Lind, 2024-05-06"), ("body", "At nine.")),
        ("body", "From Marl it is far."),
    ]
    assert isinstance(lunch, Document)
    assert lunch.about.title == "Lunch"
    assert {thread.key, lunch.key} == {"<2@post.example>", "<3@x.example>"}


def test_a_mail_in_a_mail_is_a_section_of_it() -> None:
    from email import message_from_bytes, policy
    from email.message import EmailMessage

    outer = EmailMessage()
    outer["From"], outer["Subject"], outer["Message-ID"] = "al@x.example", "Look", "<9@x.example>"
    outer.set_content("Look at this.")
    outer.add_attachment(message_from_bytes(mail("It sails."), policy=policy.default))
    assert said(one(outer.as_bytes())) == [
        ("body", "Look at this."),
        ("heading", "Re: The ferry of Marl, Jo Lind, 2024-05-06"),
        ("body", "It sails."),
    ]


def test_what_only_looks_like_a_mail_is_text() -> None:
    assert is_mail(mail("Hi."))
    assert is_mail(mailbox(mail("Hi.")))
    for text in (b"From Marl it is far.", b"To: do\nSubject: lunch\n\nOne came.", b"a: b", b""):
        assert not is_mail(text)
    assert one("Subject: lunch\n\nOne came.", "a.txt").text.startswith("Subject")


def test_mails_in_archives_in_mails_end_somewhere() -> None:
    data = mail("The innermost.")
    for _ in range(6):
        data = mail("See.", attached={"a.eml": data})
    *documents, last = read(data, "a.eml")
    assert isinstance(last, SourceError) or all(isinstance(d, Document) for d in documents)
    assert any("too deep" in str(each) for each in [*documents, last])
