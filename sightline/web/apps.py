from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "sightline.web"
    label = "web"

    def ready(self) -> None:
        from sightline.access.actions import following_seals
        from sightline.access.pages import frame as of_record
        from sightline.agencies.terms import Permission
        from sightline.children.pages import frame
        from sightline.children.pages.printing import printable
        from sightline.procedures.news import Words, words
        from sightline.voice.queries import happenings

        from .bundles import ask_to_take_out
        from .pages.child import agency_role, around, of_folder, of_identity
        from .queries import meetings_to_come

        frame.tabs += [
            frame.Tab("child", "Overview", "web:child", 0),
            frame.Tab("decisions", "Decisions", "web:decisions", 80),
            frame.Tab("access", "Access", "access:who", 85, Permission.GIVE_ACCESS),
            frame.Tab("looked", "Who has looked", "web:looked", 90, Permission.WHO_LOOKED, reaching=True),
        ]
        printable["web:child"] = "the child’s page"
        frame.around.append(around)
        following_seals.append(ask_to_take_out)
        # Meetings and the voice stand beside each other: what a child is to be told of is joined here.
        happenings.append(meetings_to_come)
        of_record.around.append(of_folder)
        frame.agency_roles.append(agency_role)
        frame.of_identity.append(of_identity)
        words["records.sign_entry"] = Words("New entry", "chronology:child")
        words["records.contribute"] = Words("Somebody’s own words on an entry", "chronology:child")
        words["records.correct_entry"] = Words("An entry was put right", "chronology:child")
        words["records.decide"] = Words("Decision", "web:decisions")
        words["records.reword_decision"] = Words("The wording of a decision was put right", "web:decisions")
        words["records.rule_on"] = Words("A manager ruled on a decision", "web:decisions")
