package org.tanfang.ui

import androidx.compose.runtime.SideEffect
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.setValue
import androidx.compose.ui.ExperimentalComposeUiApi
import androidx.compose.ui.platform.InterceptPlatformTextInput
import androidx.compose.ui.platform.PlatformTextInputMethodRequest
import androidx.compose.ui.test.DesktopComposeUiTest
import androidx.compose.ui.test.ExperimentalTestApi
import androidx.compose.ui.test.hasSetTextAction
import androidx.compose.ui.test.assertTextEquals
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performTextInput
import androidx.compose.ui.text.TextRange
import androidx.compose.ui.text.input.CommitTextCommand
import androidx.compose.ui.text.input.EditCommand
import androidx.compose.ui.text.input.SetComposingTextCommand
import androidx.compose.ui.text.input.TextFieldValue
import kotlinx.coroutines.awaitCancellation
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Test

/** A field keeps a person's own words while they type, however late and however else the core writes them. */
@OptIn(ExperimentalTestApi::class)
class TypingTest {
    /** A question whose core answers when a test lets it, and writes a time in full. */
    private class Slow(private val write: (String) -> String = { it }) {
        var text by mutableStateOf("")
        var heard by mutableStateOf("")
        private val asked = ArrayDeque<String>()

        fun typed(given: String) { asked.addLast(given) }

        fun answers() {
            val given = asked.removeFirst()
            text = write(given)
            heard = given
        }

        val waits get() = asked.size
    }

    private fun DesktopComposeUiTest.field() = onNode(hasSetTextAction())

    private fun typing(slow: Slow, then: DesktopComposeUiTest.() -> Unit) = onScreen(Look.Light, {
        Page("t") {
            item { Field("名字", slow.text, heard = slow.heard, named = false, typed = slow::typed) }
            item { Other("别处") {} }
        }
    }, then = then)

    @Test fun letters_typed_before_the_core_answers_stay() {
        val slow = Slow()
        typing(slow) {
            field().performClick()
            for (letter in "abc") field().performTextInput("$letter")
            slow.answers()
            waitForIdle()
            field().assertTextEquals("abc")
            field().performTextInput("d")
            while (slow.waits > 0) {
                slow.answers()
                waitForIdle()
                field().assertTextEquals("abcd")
            }
            assertEquals("every keystroke in order, the last one too", "abcd", slow.text)
        }
    }

    @Test fun a_time_is_written_in_full_only_once_the_field_is_left() {
        val slow = Slow { if (it.length < 3) it else it.padStart(5, '0') + ":00" }
        typing(slow) {
            field().performClick()
            for (letter in "9:30") {
                field().performTextInput("$letter")
                slow.answers()
                waitForIdle()
            }
            field().assertTextEquals("9:30")
            assertEquals("09:30:00", slow.text)
        }
        val typing = Typing("")
        typing.focus(true)
        typing.type(TextFieldValue("9:30", TextRange(4)))
        typing.handedOut("9:30")
        typing.focus(false)
        assertEquals("the core has not answered: nothing jumps back", "9:30", typing.value.text)
        typing.hear("09:30:00", "9:30")
        assertEquals("09:30:00", typing.value.text)
    }

    @Test fun what_another_touch_fills_in_is_shown_at_once() {
        val slow = Slow()
        typing(slow) {
            field().performClick()
            field().performTextInput("x")
            slow.answers()
            waitForIdle()
            slow.heard = "今天"
            slow.text = "今天"
            waitForIdle()
            field().assertTextEquals("今天")
        }
    }

    @OptIn(ExperimentalComposeUiApi::class)
    @Test fun what_an_input_method_composes_survives_a_recomposition() {
        val slow = Slow()
        var wrong by mutableStateOf(false)
        var keyboard: PlatformTextInputMethodRequest? = null
        val typing = Typing("")
        onScreen(Look.Light, {
            InterceptPlatformTextInput({ request, _ ->
                keyboard = request
                awaitCancellation()
            }) {
                SideEffect { typing.hear(slow.text, slow.heard) }
                Page("t") { item { Field("名字", typing, wrong = wrong, named = false, typed = slow::typed) } }
            }
        }) {
            fun composes(vararg commands: EditCommand) = runOnIdle { keyboard!!.onEditCommand(commands.toList()) }
            field().performClick()
            waitForIdle()
            composes(SetComposingTextCommand("测", 1))
            composes(SetComposingTextCommand("测s", 1))
            composes(SetComposingTextCommand("测shi", 1))
            slow.answers()
            wrong = true
            waitForIdle()
            assertEquals("under composition", TextRange(0, 4), typing.value.composition)
            composes(CommitTextCommand("测试", 1))
            while (slow.waits > 0) slow.answers()
            waitForIdle()
            field().assertTextEquals("测试")
            assertEquals(null, typing.value.composition)
            assertEquals("测试", slow.text)
        }
    }

    @Test fun a_day_of_digits_hands_out_a_day_and_both_halves_of_a_moment_stand_as_typed() {
        val given = mutableListOf<String>()
        onScreen(Look.Light, {
            Page("t") { item { DateField("日期", "", "", false, given::add) } }
        }) {
            field().performClick()
            for (digit in "20240624") field().performTextInput("$digit")
            assertEquals("2024-06-24", given.last())
            field().assertTextEquals("20240624", "年-月-日，例如 2024-06-24")
        }
        assertTrue(Moment.of("2024-06-24T09:30:00+08:00").whole() == "2024-06-24T09:30:00+08:00")
        val half = Moment.of("2024-0T09:3+08:00")
        assertEquals(Moment("2024-0", "09:3", "+08:00"), half)
        assertEquals("2024-0T09:3+08:00", half.whole())
    }
}
