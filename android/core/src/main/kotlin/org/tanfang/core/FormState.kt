package org.tanfang.core

import org.tanfang.ffi.Begun
import org.tanfang.ffi.Drawn
import org.tanfang.ffi.FormPage
import org.tanfang.ffi.Offered
import org.tanfang.ffi.Problem
import org.tanfang.ffi.Saved

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

/** What was typed into a question, and the text that the core made of it. */
data class Heard(val typed: String, val text: String)

/** A form on the screen, a page at a time. */
data class FormState(
    val title: String = "",
    val pages: List<FormPage> = emptyList(),
    /** The name of the page that is shown. */
    val page: String = "",
    val lines: List<Drawn> = emptyList(),
    /** What was typed last into each question, so that a field knows its own words again. */
    val heard: Map<String, Heard> = emptyMap(),
    /** Whether the person has asked to save, so that what is missing is said. */
    val pressed: Boolean = false,
    val choosing: Choosing? = null,
    /** The row that the person is asked about: whether it is to be taken out. */
    val leaving: String? = null,
    /** Whether everything typed is kept on the phone. */
    val kept: Boolean = false,
    val saving: Boolean = false,
    /** How to come back to it where the screen is taken away. */
    val again: Begun? = null,
    /** What the save did, once it is on this phone. */
    val saved: Saved? = null,
    val trouble: Trouble? = null,
) {
    /** The place of the page among the others, from 0. */
    val place: Int get() = pages.indexOfFirst { it.name == page }.coerceAtLeast(0)
    val isLast: Boolean get() = place >= pages.size - 1

    /** What is to be said of a question now: of an empty one only once the person asked to save. */
    fun problemsOf(line: Drawn): List<Problem> = if (pressed || line.text != null) line.problems else emptyList()

    /** What the core heard of a question, as it was typed where that is what its text was made of. */
    fun heardOf(line: Drawn): String {
        val text = line.text.orEmpty()
        return heard[line.field]?.takeIf { it.text == text }?.typed ?: text
    }
}

sealed interface FormEvent {
    data object Opened : FormEvent
    data class Answered(val field: String, val text: String?) : FormEvent
    /** A code of a question with several was touched. */
    data class Toggled(val field: String, val code: String) : FormEvent
    /** A photo, signature, scan, code or place is wanted of the phone. */
    data class Asked(val field: String, val what: What) : FormEvent
    data class Photographed(val field: String, val taken: Taken) : FormEvent
    data class Located(val field: String, val place: String) : FormEvent
    data class RowAdded(val repeat: String) : FormEvent
    /** Whether the row is to be taken out is asked; none: it stays. */
    data class RowTouched(val row: String?) : FormEvent
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

/** What a question wants of the phone. */
enum class What { Photo, Signature, Paper, Code, Place }
