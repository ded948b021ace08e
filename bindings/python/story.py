"""A phone in Python: the facade, seen by a caller that is not Rust.

    story.py --bindings DIR --server URL --code CODE --home DIR --now MILLIS --village CODE

`DIR` holds the generated `tanfang.py` with the library beside it. The story enrols, saves an elder
and a visit without a link, shows them, syncs, and settles a conflict with another phone. Each step
prints one JSON line; before a step that needs the world to change it prints `{"waits": WHAT}` and
waits for a line on standard input. It ends with exit code 1 at the first thing that does not hold.
`cargo test --test python` plays it.
"""

import argparse
import contextlib
import json
import sys

import p256


def told(step, **what):
    print(json.dumps({"step": step, **what}, ensure_ascii=False), flush=True)


def waits(what):
    print(json.dumps({"waits": what}), flush=True)
    holds(sys.stdin.readline(), f"nobody answered: {what}")


def holds(condition, what):
    """Says what does not hold, and ends; unlike `assert` also under `python -O`."""
    if not condition:
        sys.exit(f"does not hold: {what}")


@contextlib.contextmanager
def refused(variant):
    """Holds where the block is refused by this error; gives a list that then has it."""
    caught = []
    try:
        yield caught
    except variant as error:
        holds(error.advice, f"{variant.__name__} says what to do")
        caught.append(error)
    holds(caught, f"{variant.__name__} is thrown")


def elder(name, village):
    return {
        "name": name, "id_doc_type": "99", "no_id_reason": "lost", "sex": "1",
        "birth_date": "1944-02-29", "hukou_division": village, "home_division": village,
        "ability_level": "9", "living_arr": "with_spouse", "children_n": 2, "children_local_n": 0,
        "supporter_name": "测试子一", "supporter_rel": "son", "supporter_phone": "15400000011",
        "emergency_name": "测试邻一", "emergency_phone": "15400000012", "housing": "safe",
        "needs": ["meal"], "ext_ylfw_state": "no", "registration": [{"from": "2024-04-12"}],
        "category": [{"code": "left_behind", "from": "2024-04-12"},
                     {"code": "disabled_ability", "from": "2024-04-12"}],
    }  # fmt: skip


def visit(started_at, person, worker, role):
    return {
        "started_at": started_at, "mode": "home", "purpose": ["routine"],
        "people": [{"person": person, "met": "met", "chk_health": "good", "chk_mental": "good",
                    "chk_living": "ok", "chk_support": "fulfilled", "hazards": ["none"],
                    "mental_need": "none", "actions": ["comfort"]}],
        "participants": [{"worker": worker, "role": role}],
    }  # fmt: skip


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("bindings", "server", "code", "home", "village"):
        arguments.add_argument(f"--{name}", required=True)
    arguments.add_argument("--now", required=True, type=int)
    given = arguments.parse_args()
    sys.path.insert(0, given.bindings)
    import tanfang

    Error = tanfang.TanfangError

    class Keystore(tanfang.KeyVault):
        """Keys in memory; `breaks` is thrown in their place."""

        def __init__(self):
            self.keys, self.secret, self.breaks = {}, 0x5EED, None

        def key(self, purpose):
            self.answers()
            return self.keys.get(purpose)

        def keep(self, purpose, key):
            self.answers()
            self.keys[purpose] = bytes(key)

        def public_key(self):
            self.answers()
            return p256.public_key(self.secret)

        def sign(self, message):
            self.answers()
            return p256.sign(self.secret, message)

        def answers(self):
            if self.breaks is not None:
                raise self.breaks

    class Clock(tanfang.Clock):
        """A clock that moves a second each time it is looked at."""

        def __init__(self):
            self.looks, self.stopped = 0, False

        def now(self):
            if self.stopped:
                raise RuntimeError("the clock of 测试甲 stopped")
            self.looks += 1
            since = 1000 * self.looks
            return tanfang.Moment(
                millis=given.now + since, offset_minutes=480, monotonic_millis=since
            )

    keystore, clock = Keystore(), Clock()

    # What a shell's keystore and clock throw comes back by name, and nothing of its text.
    keystore.breaks = RuntimeError("测试甲")
    with refused(Error.KeystoreBroken) as caught:
        tanfang.Tanfang.open(given.home, keystore, clock)
    holds("测试甲" not in str(caught[0]), "what was thrown is not repeated")
    keystore.breaks = tanfang.KeystoreError.Locked()
    with refused(Error.KeystoreLocked):
        tanfang.Tanfang.open(given.home, keystore, clock)
    keystore.breaks = None
    clock.stopped = True
    with refused(Error.ClockSilent):
        tanfang.Tanfang.open(given.home, keystore, clock)
    clock.stopped = False
    phone = tanfang.Tanfang.open(given.home, keystore, clock)
    clock.stopped = True
    with refused(Error.ClockSilent):
        phone.outbox()
    clock.stopped = False
    told("opened", looks=clock.looks)

    with refused(Error.NotEnrolled):
        phone.sync()
    with refused(Error.CodeRefused):
        phone.enrol(given.server, "no-such-code")
    enrolled = phone.enrol(given.server, given.code)
    holds(phone.sync().complete, "the first sync is complete")
    forms = {form.id: form for form in phone.forms()}
    holds({"elder_card", "visit"} <= forms.keys(), "the built-in forms are here")
    json.loads(phone.form_json("elder_card"))
    told("enrolled", name=enrolled.name, county=enrolled.county, forms=sorted(forms))

    waits("the link is cut")
    with refused(Error.Offline):
        phone.sync()
    saved = phone.new_record("elder_card", json.dumps(elder("测试甲", given.village)))
    holds([r.kind for r in saved.records][0] == "person", "the subject comes first")
    shown = phone.show(saved.id)
    fields = json.loads(shown.fields)
    holds(shown.form == "elder_card" and shown.area == given.village, "the card is shown by its form")
    holds(fields["name"] == "测试甲" and len(fields["category"]) == 2, "what was saved is shown")
    day = "2024-06-24T07:30:00+08:00"
    made = phone.new_record("visit", json.dumps(visit(day, saved.id, enrolled.worker, "village_committee")))
    holds([line.form for line in phone.outbox()] == ["elder_card", "visit"], "both wait")
    listed = phone.list(tanfang.Listing(group="elder"))
    holds([line.title for line in listed] == ["测试甲"], "the elder is listed")
    told("saved offline", id=saved.id, visit=made.id, records=[r.kind for r in saved.records])

    # The same as a screen does it: lines drawn by the core, answers as they are typed.
    account = phone.account("zh")
    holds(account.name == enrolled.name and account.people == 1, "the phone says whose it is")
    due = phone.today(tanfang.Paged())
    holds((due.total, due.lines) == (0, []), "who was seen since a missed month is not due for it any more")
    filling = phone.fill(tanfang.Begun.NEW(form="visit", person=saved.id), "zh")
    holds([page.name for page in filling.pages()] == ["head", "people", "rest"], "a visit has pages")
    filling.answer("mode", "by horse")
    typed = next(line for line in filling.drawn("head") if line.field == "mode")
    holds(typed.text == "by horse", "what cannot be read stays as it was typed")
    holds("by horse" not in typed.problems[0].message, "and is not repeated where it is named")
    filling.answer("mode", "phone")
    lines = {line.field: line for line in filling.drawn("head")}
    holds(lines["mode"].said == "电话" and not lines["mode"].problems, "until it is answered")
    holds("测试甲" in [row.label.split(" ")[0] for row in filling.offered("people[1].person")], "people are offered")
    row = filling.add_row("issues")
    filling.remove_row(row)
    draft = filling.keep()
    holds([line.about for line in phone.begun("zh")] == ["测试甲"], "what was begun says of whom")
    with refused(Error.NeedsCorrection):
        filling.save()
    phone.drop_draft(draft)
    page = phone.person(saved.id, "zh")
    holds([visit.sent for visit in page.visits] == [False], "the page says that it is not sent")
    holds(len(phone.waiting("en")) == 2, "both wait, in words")
    unseen = phone.not_seen(tanfang.Asked(), tanfang.Paged()).lines
    holds([line.who.title for line in unseen] == ["测试甲"], "the months before are not made good")
    told("drawn", lines=len(lines))

    with refused(Error.NeedsCorrection) as caught:
        phone.new_record("elder_card", json.dumps({"name": "测试乙"}))
    problems = caught[0].problems
    holds(all(p.field and p.message for p in problems), "each problem has its field and message")
    missing = tanfang.ProblemCode.REQUIRED_MISSING
    holds("sex" in [p.field for p in problems if p.code == missing], "what is missing is named")
    drafts = phone.drafts()
    holds([d.id for d in drafts] == [caught[0].draft], "the draft keeps the answers")
    holds(json.loads(drafts[0].answers) == {"name": "测试乙"}, "as they were typed")
    kept = phone.save_draft("elder_card", json.dumps({"name": "测试丙"}), draft=drafts[0].id)
    holds(kept == drafts[0].id and len(phone.drafts()) == 1, "a draft is kept in its own place")
    phone.drop_draft(kept)
    with refused(Error.NotFound) as caught:
        phone.drop_draft(kept)
    holds(caught[0].what == "draft", "what is not there is named")
    for text in ("", "[]", '{"name":"a","name":"b"}', "[" * 100_000):
        with refused(Error.Asked):
            phone.new_record("elder_card", text)
    with refused(Error.Asked):
        phone.show("no id")
    told("corrected", problems=len(problems))

    report = phone.compliance(tanfang.Asked(area=given.village))
    line = [line for line in report.lines if made.id in line.credited]
    holds(line and line[0].document and line[0].article, "the visit counts, by an article")
    holds(line[0].unsent == [made.id], "and has yet to be sent")
    asked = tanfang.AskedLine(unit=line[0].unit, rule=line[0].rule, period=line[0].period)
    explained = phone.explain(asked)
    holds(explained.line == line[0], "the explanation is of that line")
    credited = [visit for visit in json.loads(explained.json)["visits"] if visit["fate"] == "credited"]
    holds([visit["visit"] for visit in credited] == line[0].credited, "it names what was credited")
    holds(any(line[0].article in said for said in explained.chinese), "and the article")
    told("reported", rule=line[0].rule, state=line[0].state.name, article=line[0].article)

    # A sync that is kept on with waits longer each time, as long as a full server says, and stops
    # when it is told to. What is unsent stays so until it went through.
    class Heard(tanfang.SyncListener):
        def told(self, progress):
            stages.append(progress.stage)

    class Patience(tanfang.SyncPatience):
        """Goes on so many times; then gives up, or turns the switch."""

        def __init__(self, times, switch=None):
            self.times, self.switch, self.waited = times, switch, []

        def wait(self, millis):
            self.waited.append(millis)
            if len(self.waited) > self.times and self.switch is not None:
                self.switch.stop()
            return len(self.waited) <= self.times or self.switch is not None

    stages, weary = [], Patience(3)
    with refused(Error.Offline) as caught:
        phone.sync_keeping_on(Heard(), weary)
    holds(caught[0].retry_after_secs is None, "nobody said when to come again")
    bounds = [(2000 << n, 4000 << n) for n in range(4)]
    holds(all(low <= millis <= high for millis, (low, high) in zip(weary.waited, bounds)), "it waits longer each time")
    holds(len(weary.waited) == 4 and len(phone.outbox()) == 2, "it gives up, and nothing is lost")
    stopped = Patience(1, tanfang.SyncSwitch())
    report = phone.sync_keeping_on(Heard(), stopped, stopped.switch)
    holds((report.stopped, report.complete, len(stopped.waited)) == (True, False, 2), "it stops when it is told to")
    holds(stages[-1] == tanfang.SyncStage.DONE, "and says that nothing more is done")
    told("waited", millis=weary.waited)

    waits("the county's server is full")
    with refused(Error.Offline) as caught:
        phone.sync()
    holds(caught[0].retry_after_secs == 30, "the server says when to come again")
    backoff = tanfang.SyncBackoff()
    holds(30_000 <= backoff.failed(caught[0].retry_after_secs) <= 60_000, "a shell that waits by itself waits so long")
    holds(4000 <= backoff.failed() <= 8000, "and a failure without a word is the second")
    backoff.succeeded()
    holds(2000 <= backoff.failed() <= 4000, "until something went through")
    told("full", retry_after_secs=caught[0].retry_after_secs)

    waits("the county's server is full once more")
    stages, patient = [], Patience(1)
    synced = phone.sync_keeping_on(Heard(), patient)
    holds([30_000 <= millis <= 60_000 for millis in patient.waited] == [True], "it comes when it was asked to")
    holds(stages[-2:] == [tanfang.SyncStage.FETCHING, tanfang.SyncStage.DONE], "and says how it goes on")
    holds((synced.sent, synced.refused, synced.complete) == (2, 0, True), "both were taken in")
    holds(phone.outbox() == [] and phone.refused() == [], "nothing waits, nothing is refused")
    told("synced", sent=synced.sent)

    waits("another phone has the elder's number")
    phone.edit(saved.id, json.dumps({"phone": "15400000001"}))
    synced = phone.sync()
    conflicts = phone.conflicts()
    holds(synced.conflicts == 1 and len(conflicts) == 1, "two numbers stand against each other")
    values = [json.loads(value.value) for value in conflicts[0].values]
    holds(sorted(values) == ["15400000001", "15400000002"], "both are shown")
    with refused(Error.NeedsCorrection):
        phone.settle(saved.id, "phone", tanfang.Choice.PLACE(place=3))
    place = values.index("15400000002") + 1
    phone.settle(saved.id, "phone", tanfang.Choice.PLACE(place=place))
    holds(phone.conflicts() == [], "the choice settles it")
    phone.settle(saved.id, "phone", tanfang.Choice.VALUE(json='"15400000003"'))
    holds(json.loads(phone.show(saved.id).fields)["phone"] == "15400000003", "another value stands")
    holds(phone.sync().refused == 0, "the choices were taken in")
    report = phone.compliance(tanfang.Asked(area=given.village))
    states = [[line.rule, line.unit, line.period, line.state and line.state.name.lower()] for line in report.lines]
    told("settled", demonstration=report.demonstration, lines=states)

    # To confirm a visit is a supervisor's: this worker is told so before anything is saved.
    with refused(Error.NeedsCorrection):
        phone.confirm(made.id, True, "测试")
    holds(phone.outbox() == [], "nothing of it waits to be sent")
    told("refused")

    # A second phone object on the same folder would write beside the first.
    with refused(Error.InUse):
        tanfang.Tanfang.open(given.home, keystore, clock)
    told("done")


if __name__ == "__main__":
    main()
