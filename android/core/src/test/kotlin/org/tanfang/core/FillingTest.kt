package org.tanfang.core

import java.util.concurrent.Executors
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.runBlocking
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNotNull
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Test
import org.tanfang.ffi.Begun
import org.tanfang.ffi.Drawn
import org.tanfang.ffi.Paged

/** What is typed, left, asked of the phone around and taken out, against the real library. */
class FillingTest {
    private val county = County()
    private val open = mutableListOf<AutoCloseable>()

    @After fun closes() {
        open.forEach(AutoCloseable::close)
        county.close()
    }

    private fun worker() = Handset().also(open::add).of(county, "测试村委", "village_committee")

    private fun Handset.form(begun: Begun, around: Around = NothingAround, page: String = "") =
        FormScreen(phone, { settings }, begun, around, page).also { it.send(FormEvent.Opened) }

    private fun FormScreen.line(field: String): Drawn = state.value.lines.first { it.field == field }

    private fun Handset.today() = TodayScreen(scope, phone) { settings }.also { it.send(TodayEvent.Opened) }

    private val card = Begun.New("elder_card", null)

    @Test fun typing_faster_than_the_core_answers_loses_no_letter() {
        val worker = worker()
        val form = worker.form(card)
        worker.core.holds()
        for (typed in listOf("测", "测试", "测试甲", "测试", "测试乙")) form.send(FormEvent.Answered("name", typed))
        assertTrue("it hears the first while the last is typed", worker.core.answersOne())
        form.send(FormEvent.Answered("name", "测试丙"))
        worker.core.answers()
        assertEquals("测试丙", form.line("name").text)
        assertEquals("测试丙", form.state.value.heardOf(form.line("name")))
        form.send(FormEvent.Answered("birth_date", "1944-2-9"))
        val birth = form.line("birth_date")
        assertEquals("it knows what it was made of", "1944-2-9", form.state.value.heardOf(birth))
    }

    @Test fun two_touches_faster_than_the_core_are_both_taken() {
        val worker = worker()
        val form = worker.form(card, page = "means")
        worker.core.holds()
        for (code in listOf("meal", "bath")) form.send(FormEvent.Toggled("needs", code))
        worker.core.answers()
        assertEquals(setOf("meal", "bath"), form.line("needs").text!!.split(' ').toSet())
    }

    @Test fun half_a_day_is_kept_as_it_was_typed_and_refuses_the_save_at_its_place() {
        val worker = worker()
        val elder = worker.tanfang.newRecord("elder_card", elder("测试甲")).id
        val form = worker.form(Begun.Edit(elder))
        form.send(FormEvent.Answered("birth_date", "1944-0"))
        form.leave()
        val again = worker.form(Begun.Edit(elder))
        assertEquals("1944-0", again.line("birth_date").text)
        again.send(FormEvent.PageOpened("family"))
        again.send(FormEvent.Save)
        assertEquals(Trouble.NeedsCorrection, again.state.value.trouble)
        assertNull(again.state.value.saved)
        assertFalse("it turns to the place", again.state.value.problemsOf(again.line("birth_date")).isEmpty())
        again.send(FormEvent.Answered("birth_date", "1944-03-01"))
        again.send(FormEvent.Save)
        assertNotNull(again.state.value.saved)
        assertTrue(worker.tanfang.show(elder).fields.contains("1944-03-01"))
    }

    @Test fun leaving_writes_beside_the_thread_that_draws_and_loses_nothing() {
        val worker = worker()
        val elder = worker.tanfang.newRecord("elder_card", elder("测试甲")).id
        val form = worker.form(Begun.New("visit", elder))
        worker.core.holds()
        form.send(FormEvent.Answered("mode", "phone"))
        form.leave()
        val today = worker.today()
        assertTrue("today waits until it is written", today.state.value.loading)
        assertTrue(worker.tanfang.begun("zh").isEmpty())
        worker.core.answers()
        val begun = today.state.value.begun.single()
        assertEquals("phone", worker.form(Begun.Draft(begun.draft)).line("mode").text)
        val person = PersonScreen(worker.scope, worker.phone, { worker.settings }, elder)
        person.send(PersonEvent.Opened)
        assertEquals("their page knows it too", begun.draft, person.state.value.page!!.draft)
    }

    @Test fun a_form_that_was_taken_away_comes_back_to_the_page_and_the_same_draft() {
        val worker = worker()
        val elder = worker.tanfang.newRecord("elder_card", elder("测试甲")).id
        val form = worker.form(Begun.New("visit", elder))
        val again = form.state.value.again!!
        form.leave()
        assertTrue("nothing typed, nothing kept", worker.tanfang.begun("zh").isEmpty())
        val second = worker.form(again)
        second.send(FormEvent.Answered("mode", "home"))
        second.send(FormEvent.PageOpened("rest"))
        second.leave()
        val third = worker.form(again, page = second.state.value.page)
        assertEquals("rest", third.state.value.page)
        assertEquals(listOf("测试甲"), worker.tanfang.begun("zh").map { it.about })
        third.send(FormEvent.PageOpened("head"))
        assertEquals("home", third.line("mode").text)
    }

    @Test fun what_the_phone_around_gives_is_the_answer_and_nothing_is_none() {
        val worker = worker()
        val elder = worker.tanfang.newRecord("elder_card", elder("测试甲")).id
        val around = FakeAround(place = "23.88 100.08 1500 12")
        val visit = worker.form(Begun.New("visit", elder), around)
        visit.send(FormEvent.Answered("mode", "home"))
        visit.send(FormEvent.PageOpened("rest"))
        visit.send(FormEvent.Asked("subject_sign", What.Signature))
        assertEquals("a hash", 64, visit.line("subject_sign").text!!.length)
        visit.send(FormEvent.Asked("geo", What.Place))
        assertEquals("23.88 100.08 1500 12", visit.line("geo").text)
        val refuses = worker.form(card, NothingAround, page = "home")
        refuses.send(FormEvent.Asked("home_geo", What.Place))
        assertNull("nobody has to", refuses.line("home_geo").text)
    }

    @Test fun a_code_is_read_into_the_first_screen() {
        val handset = Handset().also(open::add)
        val code = county.code("测试村委", "village_committee")
        val enrol = EnrolScreen(handset.scope, handset.phone, { handset.settings }, FakeAround(code = "${county.url} $code"))
        enrol.send(EnrolEvent.Scan)
        assertEquals(county.url to code, enrol.state.value.server to enrol.state.value.code)
        enrol.send(EnrolEvent.Enrol)
        assertEquals("测试村委", enrol.state.value.account?.name)
    }

    @Test fun other_forms_begin_from_a_persons_page_too() {
        val worker = worker()
        val elder = worker.tanfang.newRecord("elder_card", elder("测试甲")).id
        val page = worker.tanfang.person(elder, "zh")
        assertEquals("visit", page.forms.first().form)
        val emergency = page.forms.first { it.form == "emergency" }
        assertEquals("突发事件报告", emergency.title)
        val form = worker.form(Begun.New(emergency.form, elder))
        form.send(FormEvent.Answered("description", "测试"))
        form.leave()
        val begun = worker.tanfang.person(elder, "zh").forms.first { it.form == "emergency" }.draft
        assertEquals(worker.tanfang.begun("zh").single().draft, begun)
    }

    @Test fun a_refused_save_is_withdrawn_only_after_a_question() {
        val worker = worker()
        val saved = SavedScreen(worker.scope, worker.phone, { worker.settings })
        worker.tanfang.newRecord("elder_card", elder("测试甲"))
        saved.send(SavedEvent.Opened)
        val line = saved.state.value.waiting.single()
        saved.send(SavedEvent.Touched(line.seq))
        assertEquals(line.seq, saved.state.value.withdrawing)
        assertEquals("nothing happened yet", 1, worker.tanfang.outbox().size)
        saved.send(SavedEvent.Touched(null))
        assertNull(saved.state.value.withdrawing)
    }

    @Test fun a_sync_that_the_county_lets_wait_holds_no_screen_up() {
        val worker = worker()
        worker.tanfang.newRecord("elder_card", elder("测试甲"))
        val gate = Gate(county.url).also(open::add)
        val other = Handset().also(open::add)
        other.tanfang.enrol(gate.url, county.code("测试同事", "village_committee"))
        gate.stops()
        val threads = List(3) { Executors.newSingleThreadExecutor().asCoroutineDispatcher() }.onEach(open::add)
        val life = CoroutineScope(SupervisorJob() + threads[2])
        val phone = Phone(other.tanfang, threads[0], threads[1], life)
        val sync = SyncScreen(life, phone)
        sync.send(SyncEvent.Start)
        gate.waits.await()
        val today = runBlocking { phone.ask { it.today(Paged()) } }
        assertEquals("read while the county is silent", 0u, today.total)
        assertTrue(sync.state.value.running)
        gate.close()
        val ended = runBlocking { sync.state.first { !it.running } }
        assertEquals(Trouble.Offline, ended.trouble)
    }
}
