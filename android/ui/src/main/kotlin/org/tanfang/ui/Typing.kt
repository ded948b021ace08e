package org.tanfang.ui

import androidx.compose.runtime.Composable
import androidx.compose.runtime.SideEffect
import androidx.compose.runtime.Stable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.ui.text.TextRange
import androidx.compose.ui.text.input.TextFieldValue

/**
 * What stands in a field. While a person types, their own text and what an input method is composing
 * stay as they are, however late the core answers and however it writes the answer (`9:3` becomes
 * `09:03:00`): the core's text is shown once the field is left. A text that is no answer to what was
 * typed (another question filled it in, a button said today) is shown at once.
 */
@Stable
class Typing(text: String) {
    var value by mutableStateOf(at(text))
        private set

    /** What was handed out and the core has not answered yet, in order. */
    private val sent = ArrayDeque<String>()
    private var told = text to text
    private var focused = false

    /** Takes what stands in the field now; whether the text altered. */
    fun type(now: TextFieldValue): Boolean {
        val altered = now.text != value.text
        value = now
        return altered
    }

    /** Remembers what was handed out for the text that stands here. */
    fun handedOut(given: String) {
        sent.addLast(given)
    }

    /** Hears the core's [text], and [heard], which is what was handed out where the core made it of that. */
    fun hear(text: String, heard: String) {
        if (told == text to heard) return
        told = text to heard
        val answers = sent.indexOf(heard)
        when {
            answers < 0 -> {
                sent.clear()
                put(text)
            }
            else -> {
                repeat(answers + 1) { sent.removeFirst() }
                if (!focused && sent.isEmpty()) put(text)
            }
        }
    }

    /** Hears whether the person is in the field; what they left is shown as the core has it. */
    fun focus(now: Boolean) {
        val left = focused && !now
        focused = now
        if (left && sent.isEmpty()) put(told.first)
    }

    private fun put(text: String) {
        if (value.text != text) value = at(text)
    }

    private companion object {
        fun at(text: String) = TextFieldValue(text, TextRange(text.length))
    }
}

/** What stands in a field, over the core's text of it. */
@Composable
fun rememberTyping(text: String, heard: String = text): Typing {
    val typing = remember { Typing(text) }
    SideEffect { typing.hear(text, heard) }
    return typing
}
