package org.tanfang.core

import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNotNull
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Test
import org.tanfang.ffi.Begun
import org.tanfang.ffi.Drawn
import org.tanfang.ffi.ProblemCode
import org.tanfang.ffi.Shape

/** The view models against the real library and a real server. */
class ScreensTest {
    private val county = County()
    private val open = mutableListOf<Handset>()

    @After fun closes() {
        open.forEach(Handset::close)
        county.close()
    }

    private fun handset(language: Language = Language.Chinese) = Handset(language).also(open::add)

    private fun worker(name: String = "测试村委") = handset().of(county, name, "village_committee")

    private fun Handset.form(begun: Begun) =
        FormScreen(phone, { settings }, begun).also { it.send(FormEvent.Opened) }

    private fun FormScreen.line(field: String): Drawn? = state.value.lines.firstOrNull { it.field == field }

    /** Answers as a person does: each question on its page. */
    private fun FormScreen.answersAll(answers: List<kotlin.Pair<String, String>>) {
        for ((field, given) in answers) {
            val page = state.value.pages.first { page ->
                send(FormEvent.PageOpened(page.name))
                line(field) != null
            }
            assertEquals(page.name, state.value.page)
            send(FormEvent.Answered(field, given))
        }
    }

    @Test fun a_code_makes_the_phone_somebodys_and_a_wrong_one_says_what_to_do() {
        val handset = handset()
        val enrol = EnrolScreen(handset.scope, handset.phone, { handset.settings })
        enrol.send(EnrolEvent.ServerTyped(county.url))
        assertFalse("there is no code yet", enrol.state.value.ready)
        enrol.send(EnrolEvent.CodeTyped("NO-SUCH-CODE"))
        enrol.send(EnrolEvent.Enrol)
        assertEquals(Trouble.CodeRefused, enrol.state.value.trouble)
        enrol.send(EnrolEvent.CodeTyped(" " + county.code("测试村委", "village_committee") + " "))
        enrol.send(EnrolEvent.Enrol)
        val state = enrol.state.value
        assertNull(state.trouble)
        assertFalse(state.busy)
        assertEquals("测试村委", state.account?.name)
        assertEquals("样板村", state.account?.roles?.single()?.areaName)
    }

    @Test fun a_visit_is_filled_in_saved_on_the_phone_and_waits_to_be_sent() {
        val worker = worker()
        val elder = worker.tanfang.newRecord("elder_card", elder("测试甲")).id
        val today = TodayScreen(worker.scope, worker.phone, { worker.settings })
        today.send(TodayEvent.Opened)
        val line = today.state.value.lines.single()
        assertEquals("测试甲", line.who.title)
        assertEquals("15400000011", line.call?.number)
        assertTrue(line.article.isNotEmpty())

        val form = worker.form(Begun.New("visit", elder))
        assertEquals("走访记录", form.state.value.title)
        form.answersAll(ALL_IS_WELL)
        assertEquals("良好", form.line("people[1].chk_health")?.said)
        form.send(FormEvent.Save)
        assertNotNull(form.state.value.saved)
        assertNull(form.state.value.trouble)

        val saved = SavedScreen(worker.scope, worker.phone, { worker.settings }, just = true)
        assertTrue("nothing is said before it was read", saved.state.value.loading)
        saved.send(SavedEvent.Opened)
        assertFalse(saved.state.value.status!!.allAtCounty)
        assertEquals(listOf("unsent", "unsent"), saved.state.value.waiting.map { it.state })
        assertEquals("测试甲", saved.state.value.waiting.first().about)
        val person = PersonScreen(worker.scope, worker.phone, { worker.settings }, elder)
        person.send(PersonEvent.Opened)
        assertFalse("the server has not said so", person.state.value.page!!.visits.single().sent)

        val sync = SyncScreen(worker.scope, worker.phone)
        sync.send(SyncEvent.Start)
        assertEquals(2uL, sync.state.value.report?.sent)
        assertEquals(0uL, sync.state.value.status?.unsent)
        saved.send(SavedEvent.Opened)
        assertTrue(saved.state.value.waiting.isEmpty())
        assertTrue(saved.state.value.status!!.allAtCounty)
        person.send(PersonEvent.Opened)
        assertTrue(person.state.value.page!!.visits.single().sent)
    }

    @Test fun what_is_missing_is_said_once_the_person_asks_to_save_and_stays_typed() {
        val worker = worker()
        val elder = worker.tanfang.newRecord("elder_card", elder("测试甲")).id
        val form = worker.form(Begun.New("visit", elder))
        val mode = form.line("mode")!!
        assertTrue(mode.required)
        assertTrue("nobody is shouted at", form.state.value.problemsOf(mode).isEmpty())
        form.send(FormEvent.Save)
        assertEquals(Trouble.NeedsCorrection, form.state.value.trouble)
        val said = form.state.value.problemsOf(form.line("mode")!!)
        assertEquals(ProblemCode.REQUIRED_MISSING, said.single().code)
        form.send(FormEvent.Answered("started_at", "昨天"))
        val typed = form.line("started_at")!!
        assertEquals("昨天", typed.text)
        assertTrue(form.state.value.problemsOf(typed).single().message.isNotEmpty())
        form.send(FormEvent.Answered("started_at", "2024-06-24T07:30:00+08:00"))
        assertTrue(form.state.value.problemsOf(form.line("started_at")!!).isEmpty())
    }

    @Test fun what_was_typed_is_kept_at_a_pause_and_goes_on_from_today() {
        val worker = worker()
        val elder = worker.tanfang.newRecord("elder_card", elder("测试甲")).id
        val form = worker.form(Begun.New("visit", elder))
        form.send(FormEvent.Answered("mode", "phone"))
        assertFalse(form.state.value.kept)
        worker.pauses()
        assertTrue(form.state.value.kept)
        val today = TodayScreen(worker.scope, worker.phone, { worker.settings })
        today.send(TodayEvent.Opened)
        val begun = today.state.value.begun.single()
        assertEquals("测试甲", begun.about)
        assertEquals(begun.draft, today.state.value.lines.single().draft)
        val again = worker.form(Begun.Draft(begun.draft))
        assertEquals("phone", again.line("mode")?.text)
    }

    @Test fun rows_come_and_go_and_a_long_list_is_searched() {
        val worker = worker()
        val form = worker.form(Begun.New("elder_card", null))
        form.send(FormEvent.PageOpened("home"))
        val village = form.line("home_division")!!
        assertTrue(village.chosen)
        form.send(FormEvent.ChoosingBegan(village))
        form.send(FormEvent.ChoicesSearched("示范"))
        val found = form.state.value.choosing!!.offered.single()
        form.send(FormEvent.Chosen(found.name))
        assertNull("one choice ends it", form.state.value.choosing)
        assertTrue(form.line("home_division")!!.said!!.contains("示范村"))
        form.send(FormEvent.RowAdded("residence"))
        val row = form.state.value.lines.single { it.shape == Shape.ROW }
        form.send(FormEvent.RowTouched(row.field))
        assertEquals("it is asked first", row.field, form.state.value.leaving)
        form.send(FormEvent.RowTouched(null))
        assertTrue("and stays", form.state.value.lines.any { it.shape == Shape.ROW })
        form.send(FormEvent.RowRemoved(row.field))
        assertTrue(form.state.value.lines.none { it.shape == Shape.ROW })
    }

    @Test fun two_say_different_things_and_one_chooses() {
        val (a, b) = worker("测试甲村委") to worker("测试乙村委")
        val elder = a.tanfang.newRecord("elder_card", elder("测试甲")).id
        a.tanfang.sync()
        b.tanfang.sync()
        b.tanfang.edit(elder, """{"phone": "15400000002"}""")
        b.tanfang.sync()
        a.tanfang.edit(elder, """{"phone": "15400000001"}""")
        a.tanfang.sync()
        val conflicts = ConflictScreen(a.scope, a.phone)
        conflicts.send(ConflictEvent.Opened)
        val open = conflicts.state.value.open!!
        assertEquals(setOf("15400000001", "15400000002"), open.values.map { it.textZh }.toSet())
        conflicts.send(ConflictEvent.Settle)
        assertEquals("nothing is chosen yet", 0, conflicts.state.value.settled)
        conflicts.send(ConflictEvent.Chosen(1 + open.values.indexOfFirst { it.textZh == "15400000002" }))
        conflicts.send(ConflictEvent.Settle)
        assertEquals(1, conflicts.state.value.settled)
        assertNull(conflicts.state.value.open)
        a.tanfang.sync()
        b.tanfang.sync()
        assertEquals("15400000002", b.tanfang.person(elder, "zh").calls.first().number)
    }

    @Test fun without_signal_nothing_is_lost_and_a_supervisor_reads_who_was_not_seen() {
        val worker = worker()
        worker.tanfang.newRecord("elder_card", elder("测试甲"))
        worker.tanfang.sync()
        val township = handset().of(county, "测试民政", "township_civil", County.TOWNSHIP)
        val notSeen = NotSeenScreen(township.scope, township.phone, { township.settings })
        notSeen.send(NotSeenEvent.Opened)
        assertFalse(notSeen.state.value.loading)
        assertEquals(notSeen.state.value.unseen?.total?.toInt(), notSeen.state.value.lines.size)
        county.close()
        val sync = SyncScreen(worker.scope, worker.phone)
        sync.send(SyncEvent.Start)
        assertEquals(Trouble.Offline, sync.state.value.trouble)
        assertFalse(sync.state.value.running)
        assertNotNull("it says when it last was", sync.state.value.status?.serverMillis)
    }

    @Test fun a_setting_is_kept_and_the_language_goes_to_the_core() {
        val worker = worker()
        val store = SettingsInMemory()
        val settings = SettingsScreen(worker.scope, worker.phone, store)
        settings.send(SettingsEvent.Opened)
        assertEquals("村(社区)“两委”成员", settings.state.value.account?.roles?.single()?.label)
        settings.send(SettingsEvent.LanguageChosen(Language.English))
        settings.send(SettingsEvent.TextScaleChosen(1.5f))
        assertEquals(Settings(Language.English, 1.5f), store.read())
        assertEquals("village committee member", settings.state.value.account?.roles?.single()?.label)
    }
}
