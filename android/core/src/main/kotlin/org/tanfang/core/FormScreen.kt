package org.tanfang.core

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import org.tanfang.ffi.Begun
import org.tanfang.ffi.Drawn
import org.tanfang.ffi.Filling
import org.tanfang.ffi.FormPage
import org.tanfang.ffi.Offered
import org.tanfang.ffi.Problem
import org.tanfang.ffi.QuestionKind
import org.tanfang.ffi.Saved
import org.tanfang.ffi.TanfangException

/** A list that a person chooses from. */
data class Choosing(
    val field: String,
    val label: String,
    val several: Boolean,
    val search: String = "",
    val offered: List<Offered> = emptyList(),
    /** The codes chosen so far. */
    val chosen: List<String> = emptyList(),
)

/** A form on the screen, a page at a time. */
data class FormState(
    val title: String = "",
    val pages: List<FormPage> = emptyList(),
    /** The name of the page that is shown. */
    val page: String = "",
    val lines: List<Drawn> = emptyList(),
    /** Whether the person has asked to save, so that what is missing is said. */
    val pressed: Boolean = false,
    /** What was typed and not taken, by question, with what is wrong; it stays on the screen. */
    val refused: Map<String, Refused> = emptyMap(),
    val choosing: Choosing? = null,
    /** Whether everything typed is kept on the phone. */
    val kept: Boolean = false,
    val saving: Boolean = false,
    /** What the save did, once it is on this phone. */
    val saved: Saved? = null,
    val trouble: Trouble? = null,
) {
    /** The place of the page among the others, from 0. */
    val place: Int get() = pages.indexOfFirst { it.name == page }.coerceAtLeast(0)
    val isLast: Boolean get() = place >= pages.size - 1

    /** What is to be said of a question now: of an empty one only once the person asked to save. */
    fun problemsOf(line: Drawn): List<Problem> = when {
        refused[line.field] != null -> listOf(refused.getValue(line.field).problem)
        pressed || line.text != null -> line.problems
        else -> emptyList()
    }
}

/** Something typed that could not be taken. */
data class Refused(val text: String, val problem: Problem)

sealed interface FormEvent {
    data object Opened : FormEvent
    data class Answered(val field: String, val text: String?) : FormEvent
    /** A code of a question with several was touched. */
    data class Toggled(val field: String, val code: String) : FormEvent
    data class Photographed(val field: String, val bytes: ByteArray, val media: String?) : FormEvent
    data class RowAdded(val repeat: String) : FormEvent
    data class RowRemoved(val row: String) : FormEvent
    data class PageOpened(val name: String) : FormEvent
    data object Next : FormEvent
    data object Back : FormEvent
    data class ChoosingBegan(val line: Drawn) : FormEvent
    data class ChoicesSearched(val words: String) : FormEvent
    data class Chosen(val code: String) : FormEvent
    data object ChoosingEnded : FormEvent
    /** The app goes to the background, or the person leaves. */
    data object Paused : FormEvent
    data object Save : FormEvent
}

/** How long after the last answer everything is kept. */
const val PAUSE_MILLIS = 400L

class FormScreen(
    scope: CoroutineScope,
    private val phone: Phone,
    private val settings: () -> Settings,
    private val begun: Begun,
) : Screen<FormState, FormEvent>(scope, FormState()) {
    private var filling: Filling? = null
    private var pause: Job? = null

    override suspend fun hear(event: FormEvent) {
        val told = { state: FormState, trouble: Trouble -> state.copy(trouble = trouble, saving = false) }
        tried(told) { does(event) }
    }

    private suspend fun does(event: FormEvent) {
        when (event) {
            FormEvent.Opened -> open()
            is FormEvent.Answered -> answer(event.field, event.text)
            is FormEvent.Toggled -> answer(event.field, toggled(chosen(event.field), event.code).joinToString(" "))
            is FormEvent.Photographed -> took(event.field, "") { it.answerPhoto(event.field, event.bytes, event.media) }
            is FormEvent.RowAdded -> took(event.repeat, "") { it.addRow(event.repeat) }
            is FormEvent.RowRemoved -> took(event.row, "") { it.removeRow(event.row) }
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
        val lang = settings().language.code
        filling = phone.ask { it.fill(begun, lang) }
        val title = asked { it.title(lang) }
        show { it.copy(title = title.orEmpty()) }
        draw()
    }

    private suspend fun <T> asked(ask: (Filling) -> T): T? {
        val open = filling ?: return null
        return phone.ask { ask(open) }
    }

    /** Reads the pages and the page shown anew: an answer may open others. */
    private suspend fun draw() {
        val pages = asked { it.pages() }.orEmpty()
        val shown = pages.firstOrNull { it.name == state.value.page } ?: pages.firstOrNull() ?: return
        val lines = asked { it.drawn(shown.name) }.orEmpty()
        show { it.copy(pages = pages, page = shown.name, lines = lines, trouble = null) }
    }

    private suspend fun answer(field: String, text: String?) {
        took(field, text.orEmpty()) { it.answer(field, text?.takeIf(String::isNotEmpty)) }
    }

    /** Does something to the answers; what was not taken stays on the screen with what is wrong. */
    private suspend fun took(field: String, text: String, change: (Filling) -> Unit) {
        try {
            asked(change)
            show { it.copy(refused = it.refused - field, kept = false) }
        } catch (thrown: TanfangException.NeedsCorrection) {
            val problem = thrown.problems.firstOrNull() ?: throw thrown
            show { it.copy(refused = it.refused + (field to Refused(text, problem))) }
        }
        draw()
        pause?.cancel()
        pause = scope.launch {
            delay(PAUSE_MILLIS)
            send(FormEvent.Paused)
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
        show { it.copy(page = name) }
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

    /**
     * Keeps what was typed at once, where the screen goes and no event is heard any more. It blocks for
     * one write of the database.
     */
    fun keepNow() {
        if (state.value.saved == null) runCatching { filling?.keep() }
    }

    private suspend fun save() {
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
