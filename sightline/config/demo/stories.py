"""What is told of the demonstration's many children: worries, reasons, entries. All invented."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Worry:
    """What a referrer tells, the indicators that they choose beside it, and where the harm is."""

    text: str
    indicators: tuple[str, ...]
    where: tuple[str, ...] = ("home",)


WORRIES = (
    Worry(
        "The children come to school without breakfast most days and fall asleep in lessons. Their "
        "mother says that "
        "she works nights and cannot wake up in time.",
        ("neglect.hungry", "neglect.unsupervised"),
    ),
    Worry(
        "Three appointments at the clinic have passed and nobody was brought. When I rang, nobody answered.",
        ("neglect.not_brought",),
    ),
    Worry(
        "Officers were called to the home at night for the second time this month. There was shouting; a "
        "door was "
        "broken. The children were awake on the stairs.",
        ("domestic_abuse.police_called", "emotional_harm.sees_ill_treatment"),
    ),
    Worry(
        "There is damp on every wall and no hot water since the spring. The youngest has a cough that "
        "does not go.",
        ("neglect.unsafe_home",),
    ),
    Worry(
        "He was found in the park at eleven at night with much older boys and would not say how he came "
        "by the phone.",
        ("exploitation.older_friends", "exploitation.new_things"),
        ("outside",),
    ),
    Worry(
        "She told a teaching assistant that she hurts herself when her parents quarrel.",
        ("emotional_harm.self_harm", "emotional_harm.withdrawn"),
    ),
    Worry(
        "A bruise on the upper arm in the shape of fingers. First it was a fall, then a game with a cousin.",
        ("physical_harm.unexplained_injury",),
    ),
    Worry(
        "Father drinks from the morning on. A neighbour says that the little one opens the door alone.",
        ("neglect.unsupervised", "domestic_abuse.parent_frightened"),
    ),
    Worry(
        "Somebody whom she knows only from a game asks her for pictures, and she is afraid to stop "
        "answering.",
        ("harm_online.unknown_contact", "harm_online.threatened_images"),
        ("online",),
    ),
    Worry(
        "Away from school on 31 of 60 days. Letters come back unopened.",
        ("neglect.school_absence",),
    ),
    Worry(
        "Mother's partner shouts at them in the street and calls them names; they go quiet when he comes.",
        ("emotional_harm.belittled", "physical_harm.flinches"),
    ),
    Worry(
        "The rent has not been paid since the summer and the family is to leave in four weeks. Nobody "
        "knows where to.",
        ("neglect.unsafe_home",),
    ),
)

SAID = (
    "It's better when Nan is there.",
    "I don't like the shouting.",
    "I want to stay with my mum.",
    "I'm hungry before school.",
    "Nobody asked me before.",
    "I just want my own bed.",
    "Can you tell them to stop?",
)

ARRIVED = "Thank you. We have your concern and will decide on it within one working day."

REASONS = {
    "no_further_action": (
        "The school has a plan with the parents and it works; nothing said here calls for another service.",
        "The injury was seen by a doctor the same day and fits what the child and both parents say.",
    ),
    "signposting": (
        "The family's trouble is the tenancy; the advice service can act this week and they want to go.",
        "A worry that the parents share and a group near them can help with.",
    ),
    "early_help": (
        "Several small needs that affect one another; both parents want somebody to bring the help together.",
        "School, health and housing each see a part; a lead professional is what is missing.",
    ),
    "section_17_assessment": (
        "Without services the children are unlikely to be healthy and safe at home; mother agrees to an "
        "assessment.",
        "Early help was tried and has not been enough; we need to understand what family life is like.",
    ),
    "strategy_discussion": (
        "What the child says and what was seen give reasonable cause to suspect significant harm.",
        "The explanation does not fit the injury, and there were two like it before.",
    ),
}

WITH_ADVICE = ("no_further_action", "signposting")
ADVICE = (
    "Ring the advice centre in Harbour Street, which sees people without an appointment on Tuesdays.",
    "Go on with the plan of the school, and ring us again if she is away for three days.",
)

#: What families that were pointed to a service were given, and what they said to it.
GIVEN = (
    "An appointment at the advice centre on Tuesday at ten, which they wrote down.",
    "A place in the Saturday group from this week on; the group's leader rang them.",
    "The number of the service, which they rang while we were on the line.",
)
SAID_TO_IT = (
    "“That would help. I did not know that it was free.”",
    "They will go and see. They asked whether both could come.",
    "“Thank you for asking instead of telling.”",
)
ANSWERED = {
    "no_further_action": "We have given advice and take no further action. Ring us if your worry does "
    "not go away.",
    "signposting": "The family has been put in touch with a service. Ring us if your worry does not go away.",
    "early_help": "Early help is agreed, and a lead professional will be in touch with you.",
    "section_17_assessment": "A social worker will assess what the children need and will speak with you.",
    "strategy_discussion": "We are acting on what you told us. A social worker will speak with you.",
}

#: Kind of entry and its text, with the child's name to be put in.
ENTRIES = (
    ("visit", "Home visit. {child} was seen alone for twenty minutes and showed a drawing of the family."),
    ("visit", "Visit at school. {child} was seen alone and said that mornings are better than they were."),
    ("visit", "Home visit. {child} was asleep; the bedroom was warm and clean. Seen with mother."),
    ("contact", "Rang the school: {child} was there every day this week and ate with the others."),
    (
        "contact",
        "Mother rang. {child} was not brought to the clinic because of the bus; a new day is agreed.",
    ),
    ("contact", "Health visitor rang: {child} has gained weight since the last time."),
    ("observation", "At nursery {child} stayed close to the key worker and watched the door."),
    (
        "note",
        "Housing answered: the boiler will be mended on Thursday. {child} stays with grandmother until then.",
    ),
    (
        "oversight",
        "Looked at with the manager: what daily life is like for {child} is clearer, the plan holds.",
    ),
)
