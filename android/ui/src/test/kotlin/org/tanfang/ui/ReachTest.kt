package org.tanfang.ui

import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.luminance
import androidx.compose.ui.semantics.SemanticsActions
import androidx.compose.ui.semantics.SemanticsNode
import androidx.compose.ui.semantics.SemanticsProperties
import androidx.compose.ui.semantics.getOrNull
import androidx.compose.ui.test.ExperimentalTestApi
import androidx.compose.ui.test.onRoot
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Test

/** Every screen can be read in the sun, touched with a thumb, and heard. */
@OptIn(ExperimentalTestApi::class)
class ReachTest {
    @Test fun whatever_is_touched_says_what_it_is_and_is_large_enough() {
        val wrong = mutableListOf<String>()
        for (sample in Sample.all) for (look in listOf(Look.Light, Look.Large, Look.English)) {
            onScreen(look, { sample.Draw() }, WHOLE) {
                val touched = below(onRoot(useUnmergedTree = false).fetchSemanticsNode())
                for (node in touched.filter { SemanticsActions.OnClick in it.config || SemanticsActions.SetText in it.config }) {
                    val what = "${sample.name} ${look.name}: ${said(node)}"
                    if (said(node).isBlank()) wrong += "$what says nothing"
                    val types = SemanticsActions.SetText in node.config
                    if (!types && node.config.getOrNull(SemanticsProperties.Role) == null) wrong += "$what has no role"
                    val least = TOUCH.value * DENSITY - 1
                    if (node.size.height < least || node.size.width < least) wrong += "$what is ${node.size}"
                }
            }
        }
        assertEquals(emptyList<String>(), wrong)
    }

    @Test fun nothing_stands_outside_the_screen_or_over_its_edge() {
        val wrong = mutableListOf<String>()
        for (sample in Sample.all) for (look in Look.entries) onScreen(look, { sample.Draw() }, WHOLE) {
            for (node in below(onRoot().fetchSemanticsNode())) {
                val box = node.boundsInRoot
                if (box.left < 0 || box.right > WIDE + 1) wrong += "${sample.name} ${look.name}: ${said(node)} $box"
            }
        }
        assertEquals(emptyList<String>(), wrong)
    }

    @Test fun text_stands_out_seven_to_one_in_light_and_dark() {
        for (paints in listOf(Paints.light, Paints.dark)) {
            val pairs = listOf(
                paints.onBackground to paints.background, paints.onSurfaceVariant to paints.background,
                paints.onSurface to paints.surface, paints.onSurfaceVariant to paints.surface,
                paints.primary to paints.surface, paints.primary to paints.background,
                paints.onPrimary to paints.primary, paints.onPrimaryContainer to paints.primaryContainer,
                paints.onSecondaryContainer to paints.secondaryContainer,
                paints.onTertiaryContainer to paints.tertiaryContainer, paints.onErrorContainer to paints.errorContainer,
                paints.error to paints.surface, paints.onSurfaceVariant to paints.surfaceVariant,
            )
            for ((front, back) in pairs) assertTrue("$front on $back", contrast(front, back) >= 7.0)
        }
    }

    @Test fun a_touch_goes_where_its_words_say() {
        val went = mutableListOf<Go>()
        onScreen(Look.Light, { Sample.named("today-due").Draw(went::add) }) {
            val visit = below(onRoot().fetchSemanticsNode()).first { said(it).startsWith("走访测试甲") }
            val call = below(onRoot().fetchSemanticsNode()).first { said(it).startsWith("给测试甲") }
            for (node in listOf(visit, call)) node.config[SemanticsActions.OnClick].action?.invoke()
        }
        assertTrue("$went", went[0] is Go.Visit && went[1] == Go.Call("15400000001"))
    }

    private fun below(node: SemanticsNode): List<SemanticsNode> = listOf(node) + node.children.flatMap(::below)

    private fun said(node: SemanticsNode): String {
        val described = node.config.getOrNull(SemanticsProperties.ContentDescription)?.joinToString(" ")
        val text = node.config.getOrNull(SemanticsProperties.Text)?.joinToString(" ") { it.text }
        val typed = node.config.getOrNull(SemanticsProperties.EditableText)?.text
        return listOfNotNull(described, text, typed).joinToString(" ").trim()
    }

    /** WCAG 2.2, 1.4.6. */
    private fun contrast(one: Color, other: Color): Double {
        val (a, b) = (one.luminance() + 0.05) to (other.luminance() + 0.05)
        return maxOf(a, b) / minOf(a, b)
    }
}
