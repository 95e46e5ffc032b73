"""What can be pressed under an answer."""

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextActionsBlock,
    FeedbackButtonsElement,
)

MORE = "more_passages"
CONTEXT = "show_in_context"
FEEDBACK = "feedback"
SHARE = "share_in_channel"
GOOD = "up"
BAD = "down"


def answer_buttons(answer_id: str, *, passages: bool, share: bool = False) -> list[Block]:
    """Give the buttons under an answer; each carries the id under which the answer is kept.

    Args:
        answer_id: of the answer.
        passages: whether it shows any, so that there is something to show more of.
        share: offer to share it, where the asker alone sees it.
    """
    wanted = [(SHARE, "Share in channel")] if share else []
    wanted += [(MORE, "More passages"), (CONTEXT, "Show in context")] if passages else []
    buttons: list[Block] = []
    if wanted:
        elements = [
            ButtonElement(action_id=action, text=text, value=answer_id) for action, text in wanted
        ]
        buttons.append(ActionsBlock(elements=elements))
    return [*buttons, ContextActionsBlock(elements=[_feedback(answer_id)])]


def _feedback(answer_id: str) -> FeedbackButtonsElement:
    return FeedbackButtonsElement(
        action_id=FEEDBACK,
        positive_button={
            "text": "Good",
            "accessibility_label": "This is a good answer",
            "value": f"{GOOD} {answer_id}",
        },
        negative_button={
            "text": "Bad",
            "accessibility_label": "This is not a good answer",
            "value": f"{BAD} {answer_id}",
        },
    )
