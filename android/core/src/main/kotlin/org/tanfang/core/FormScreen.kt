package org.tanfang.core

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import org.tanfang.ffi.Begun
import org.tanfang.ffi.Drawn
import org.tanfang.ffi.Filling
import org.tanfang.ffi.QuestionKind
import org.tanfang.ffi.TanfangException

/** How long after the last answer everything is kept. */
const val PAUSE_MILLIS = 400L

/**
 * A form that is filled in. It lives as long as the phone's process, not as its screen: whoever takes
 * the screen away calls [leave], and what was heard by then is answered and kept.
 */
class FormScreen(
    private val phone: Phone,
    private val settings: () -> Settings,
    private val begun: Begun,
    private val around: Around = NothingAround,
    page: String = "",
    scope: CoroutineScope = phone.life,
) : Screen<FormState, FormEvent>(scope, FormState(page = page)) {
    private var filling: Filling? = null
    private var pause: Job? = null

    /** Answers that were handed in and are not drawn yet, by question, as they were typed. */
    private val typed = LinkedHashMap<String, String>()
    private var stale = false

    /** Ends the screen. What was typed is answered and kept beside the thread that draws. */
    fun leave() {
        send(FormEvent.Paused)
        phone.finishes(end())
    }

    override suspend fun hear(event: FormEvent) {
        val told = { state: FormState, trouble: Trouble -> state.copy(trouble = trouble, saving = false) }
        tried(told) {
            // Answers are drawn together where they come faster than the core; what a touch means is
            // read from what is drawn.
            if (stale && event !is FormEvent.Answered) draw()
            does(event)
        }
        if (stale && idle) tried(told) { draw() }
    }

    private suspend fun does(event: FormEvent) {
        when (event) {
            FormEvent.Opened -> open()
            is FormEvent.Answered -> answer(event.field, event.text)
            is FormEvent.Toggled -> answer(event.field, toggled(chosen(event.field), event.code).joinToString(" "))
            is FormEvent.Asked -> scope.launch { ask(event.field, event.what) }
            is FormEvent.Photographed -> changed { it.answerPhoto(event.field, event.taken.bytes, event.taken.media) }
            is FormEvent.Located -> changed { it.addPlace(event.field, event.place) }
            is FormEvent.RowAdded -> changed { it.addRow(event.repeat) }
            is FormEvent.RowTouched -> show { it.copy(leaving = event.row) }
            is FormEvent.RowRemoved -> {
                show { it.copy(leaving = null) }
                changed { it.removeRow(event.row) }
            }
            is FormEvent.PageOpened -> turn(event.name)
            FormEvent.Next -> turnBy(1)
            FormEvent.Back -> turnBy(-1)
            is FormEvent.ChoosingBegan -> choose(event.line)
            is FormEvent.ChoicesSearched -> search(event.words)
            is FormEvent.Chosen -> chose(event.code)
            FormEvent.ChoosingEnded -> show { it.copy(choosing = null) }
            FormEvent.Paused -> keep()
            FormEvent.Save -> save()
        }
    }

    private suspend fun open() {
        phone.settled()
        val lang = settings().language.code
        val open = phone.ask { it.fill(begun, lang) }
        filling = open
        val (title, draft) = phone.ask { open.title(lang) to open.draft() }
        val again = if (begun is Begun.New) Begun.Resumed(begun.form, begun.person, draft) else begun
        show { it.copy(title = title, again = again) }
        draw()
    }

    private suspend fun <T> asked(ask: (Filling) -> T): T? {
        val open = filling ?: return null
        return phone.ask { ask(open) }
    }

    /** Reads the pages and the page shown anew: an answer may open others. */
    private suspend fun draw() {
        stale = false
        val pages = asked { it.pages() }.orEmpty()
        val shown = pages.firstOrNull { it.name == state.value.page } ?: pages.firstOrNull() ?: return
        val lines = asked { it.drawn(shown.name) }.orEmpty()
        val heard = lines.filter { it.field in typed }
            .associate { it.field to Heard(typed.getValue(it.field), it.text.orEmpty()) }
        typed.clear()
        show { it.copy(pages = pages, page = shown.name, lines = lines, heard = it.heard + heard) }
    }

    private suspend fun answer(field: String, text: String?) {
        typed[field] = text.orEmpty()
        changed { it.answer(field, text?.takeIf(String::isNotEmpty)) }
    }

    /** Does something to the answers, and keeps them a while later. */
    private suspend fun changed(change: (Filling) -> Unit) {
        asked(change)
        stale = true
        show { it.copy(kept = false, trouble = null) }
        pause?.cancel()
        pause = scope.launch {
            delay(PAUSE_MILLIS)
            send(FormEvent.Paused)
        }
    }

    /** Asks the phone around, beside the other events: a photo takes its time. */
    private suspend fun ask(field: String, what: What) {
        when (what) {
            What.Photo -> around.photograph()?.let { send(FormEvent.Photographed(field, it)) }
            What.Signature -> around.sign()?.let { send(FormEvent.Photographed(field, it)) }
            What.Paper -> around.paper()?.let { send(FormEvent.Photographed(field, it)) }
            What.Code -> around.scan()?.let { send(FormEvent.Answered(field, it)) }
            What.Place -> around.locate()?.let { send(FormEvent.Located(field, it)) }
        }
    }

    private fun chosen(field: String): List<String> {
        val text = state.value.lines.firstOrNull { it.field == field }?.text
        return text?.split(' ').orEmpty().filter(String::isNotEmpty)
    }

    private fun toggled(codes: List<String>, code: String) = if (code in codes) codes - code else codes + code

    private suspend fun turnBy(by: Int) {
        val (pages, place) = state.value.let { it.pages to it.place }
        pages.getOrNull(place + by)?.let { turn(it.name) }
    }

    private suspend fun turn(name: String) {
        keep()
        show { it.copy(page = name, leaving = null, trouble = null) }
        draw()
    }

    private suspend fun choose(line: Drawn) {
        val several = line.kind == QuestionKind.SELECT_MULTIPLE || line.kind == QuestionKind.RANK
        show { it.copy(choosing = Choosing(line.field, line.label, several, chosen = chosen(line.field))) }
        search("")
    }

    private suspend fun search(words: String) {
        val field = state.value.choosing?.field ?: return
        val offered = asked { it.offered(field, words) }.orEmpty()
        show { it.copy(choosing = it.choosing?.copy(search = words, offered = offered)) }
    }

    private suspend fun chose(code: String) {
        val choosing = state.value.choosing ?: return
        if (!choosing.several) {
            show { it.copy(choosing = null) }
            answer(choosing.field, code)
            return
        }
        val codes = toggled(choosing.chosen, code)
        show { it.copy(choosing = choosing.copy(chosen = codes)) }
        answer(choosing.field, codes.joinToString(" "))
    }

    private suspend fun keep() {
        pause?.cancel()
        if (state.value.saved != null) return
        val draft = asked { it.keep() }
        show { it.copy(kept = draft != null) }
    }

    private suspend fun save() {
        if (state.value.saved != null) return
        pause?.cancel()
        show { it.copy(saving = true, pressed = true, trouble = null) }
        try {
            val saved = asked { it.save() }
            show { it.copy(saving = false, saved = saved) }
        } catch (thrown: TanfangException.NeedsCorrection) {
            show { it.copy(saving = false, kept = true) }
            draw()
            firstWrong()
            show { it.copy(trouble = Trouble.NeedsCorrection) }
        }
    }

    /** Turns to the first page where something must be corrected. */
    private suspend fun firstWrong() {
        val pages = state.value.pages
        val here = pages.firstOrNull { it.name == state.value.page }
        val wrong = pages.firstOrNull { it.errors > 0u }
        if (wrong != null && here?.errors == 0u) {
            show { it.copy(page = wrong.name) }
            draw()
        }
    }
}
