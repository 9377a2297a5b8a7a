"""Checks of the command of an extension line: Dial, Switch or SIPReply, and the data in its brackets."""

from sipsorcery_web.dial_plans.extension_lines import REPLY_CODE, Command

_COMMAS_OF_SWITCH = 2


def command_slip(command: Command, takes_dial_strings: bool) -> tuple[str, bool]:
    """Return a sentence about the command and whether it is certain; "" where nothing stands out."""
    if not command.name:
        return "The command is missing: a name before its brackets, such as Dial(…).", True
    if command.is_call:
        message = _about_destination(command, takes_dial_strings)
    elif command.is_reply:
        message = _about_reply(command.data)
    else:
        message = f"{command.name[:20]} is no command here: its calls get a 500. There are Dial, Switch and SIPReply."
    if message or not command.behind or command.behind.startswith(";"):
        return message, True
    if "(" in command.data or ")" in command.behind:
        return "The data ends at the first closing bracket; what stands behind it is not read.", False
    return f"What stands behind the command is not read: “{command.behind[:20]}”.", False


def _about_destination(command: Command, takes_dial_strings: bool) -> str:
    if not command.data.strip():
        return "There is nothing to dial in the brackets."
    if command.data.count(",") >= _COMMAS_OF_SWITCH:
        return ""
    if "switch" in command.name.lower():
        return "Switch takes a username, a password and a destination, with commas between them."
    return "" if takes_dial_strings else "Dial takes what Switch does here: a username, a password and a destination."


def _about_reply(data: str) -> str:
    code = REPLY_CODE.fullmatch(data.partition(",")[0])
    if not code:
        return "SIPReply begins with a code such as 404, then a comma and a reason."
    return "" if code[1][0] != "2" else "A dial plan cannot answer a call with a 2xx: nothing is sent."
