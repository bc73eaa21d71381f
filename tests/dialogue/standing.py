"""A call that stands in each state and asks its question, and the meanings that lead there."""

from tests.dialogue.stage import FRIDAY, JEAN, MARIE, MONDAY, NOW, Played, World

from pupitre.dialogue.call import State
from pupitre.dialogue.events import AppointmentsFound, PatientsFound, TransferEnded, TransferStatus
from pupitre.model import Intent
from pupitre.nlu.meaning import Heard, Meaning, Pick, SpokenName, YesNo
from pupitre.wish import Wish

BOOK = Meaning(intent=Heard(Intent.BOOK))
MOVE = Meaning(intent=Heard(Intent.RESCHEDULE))
CANCEL = Meaning(intent=Heard(Intent.CANCEL))
YES, NO = Meaning(yes_no=Heard(YesNo.YES)), Meaning(yes_no=Heard(YesNo.NO))
SOON = Meaning(when=Heard(Wish(asap=True)))
FIRST = Meaning(pick=Heard(Pick.FIRST))
EMERGENCY = Meaning(emergency=True)
NAME = Meaning(name=Heard(SpokenName("DUPONT", "JEAN")))
PHONE = Meaning(phone="+33639980001")


def one():
    return World(FindAppointments=AppointmentsFound(NOW, (MONDAY,)))


def two():
    return World(FindAppointments=AppointmentsFound(NOW, (MONDAY, FRIDAY)))


def couple():
    return World(LookUpPatient=PatientsFound(NOW, (JEAN, MARIE)))


WAYS = {
    State.WELCOME_INTENT: lambda: Played().starts(),
    State.IDENTIFY: lambda: Played(from_e164=None).starts().means(BOOK),
    State.CHOOSE_PATIENT: lambda: Played(world=couple()).starts().means(BOOK),
    State.CONFIRM_IDENTITY: lambda: Played().starts().means(BOOK),
    State.VERIFY: lambda: Played(world=one(), from_e164=None).starts().means(CANCEL, PHONE, NAME, YES),
    State.CHOOSE_APPOINTMENT: lambda: Played(world=two()).starts().means(CANCEL, YES),
    State.COLLECT_CONSTRAINTS: lambda: Played().starts().means(BOOK, YES),
    State.SLOTS_READOUT: lambda: Played().starts().means(BOOK, YES, SOON),
    State.CANCEL_CONFIRM: lambda: Played(world=one()).starts().means(CANCEL, YES),
    State.REMINDER_OPTIN: lambda: Played().starts().means(BOOK, YES, SOON, FIRST),
    State.LOWCONFIRM: lambda: Played().starts().means(BOOK, confidence=0.5),
    State.REMINDER_CALL: lambda: Played(direction="outbound", reminder_id="r1").starts(),
    State.TRANSFER_AGENT: lambda: Played().starts().keys("0").then(TransferEnded(NOW, TransferStatus.BUSY)),
}


def standing_in(state):
    """A call that has got as far as this state."""
    return WAYS[state]()
