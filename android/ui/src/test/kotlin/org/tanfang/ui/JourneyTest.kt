package org.tanfang.ui

import androidx.compose.ui.semantics.SemanticsActions
import androidx.compose.ui.semantics.SemanticsProperties
import androidx.compose.ui.test.DesktopComposeUiTest
import androidx.compose.ui.test.ExperimentalTestApi
import androidx.compose.ui.test.SemanticsMatcher
import androidx.compose.ui.test.assertIsDisplayed
import androidx.compose.ui.test.hasScrollToNodeAction
import androidx.compose.ui.test.hasSetTextAction
import androidx.compose.ui.test.hasText
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performScrollTo
import androidx.compose.ui.test.performScrollToNode
import androidx.compose.ui.test.performTextReplacement
import androidx.compose.ui.test.v2.runDesktopComposeUiTest
import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.ui.platform.LocalDensity
import androidx.compose.ui.unit.Density
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Test
import org.tanfang.core.County
import org.tanfang.core.EnrolState
import org.tanfang.core.Handset
import org.tanfang.core.SettingsInMemory
import org.tanfang.core.elder
import org.tanfang.ffi.Asked
import org.tanfang.ffi.State

/** One day on the screens, with the real library and a real server: nothing is faked but the thumb. */
@OptIn(ExperimentalTestApi::class)
class JourneyTest {
    private val county = County()
    private val open = mutableListOf<Handset>()

    @After fun closes() {
        open.forEach(Handset::close)
        county.close()
    }

    private fun handset() = Handset().also(open::add)

    private fun shows(handset: Handset, enrolled: Boolean, then: DesktopComposeUiTest.() -> Unit) =
        runDesktopComposeUiTest(WIDE, HIGH) {
            setContent {
                CompositionLocalProvider(LocalDensity provides Density(DENSITY)) {
                    val first = EnrolState(server = county.url)
                    TanfangApp(handset.phone, SettingsInMemory(), County.TODAY, enrolled, first, chinese)
                }
            }
            then()
        }

    /** Scrolls to it and touches it. */
    private fun DesktopComposeUiTest.touches(what: SemanticsMatcher) {
        finds(what)
        onNode(what).performClick()
        waitForIdle()
    }

    private fun DesktopComposeUiTest.touches(words: String) = touches(button(words))

    private fun DesktopComposeUiTest.finds(what: SemanticsMatcher) {
        if (onAllNodes(what).fetchSemanticsNodes().isEmpty()) onNode(hasScrollToNodeAction()).performScrollToNode(what)
        else if (onAllNodes(hasScrollToNodeAction()).fetchSemanticsNodes().isNotEmpty()) {
            runCatching { onNode(hasScrollToNodeAction()).performScrollToNode(what) }
        }
    }

    /** What is touched, by its exact words or what a screen reader says of it. */
    private fun button(words: String): SemanticsMatcher {
        val touchable = SemanticsMatcher.keyIsDefined(SemanticsActions.OnClick)
        val said = SemanticsMatcher("says $words") { node ->
            val described = node.config.getOrElseNullable(SemanticsProperties.ContentDescription) { null }.orEmpty()
            val text = node.config.getOrElseNullable(SemanticsProperties.Text) { null }.orEmpty().map { it.text }
            described.any { it == words } || (described.isEmpty() && (words in text || text.lastOrNull() == words))
        }
        return touchable and said
    }

    @Test fun a_phone_is_set_up_a_visit_is_made_without_signal_sent_later_and_the_supervisor_sees_it() {
        val township = handset().of(county, "测试民政", "township_civil", County.TOWNSHIP)
        val person = township.tanfang.newRecord("elder_card", elder("测试甲")).id
        township.tanfang.sync()
        val worker = handset()
        val code = county.code("测试村委", "village_committee")
        shows(worker, enrolled = false) {
            onNode(hasText("启用码") and hasSetTextAction()).performTextReplacement(code)
            touches("启用")
            onNode(hasText("这台手机归 测试村委 使用")).assertIsDisplayed()
            touches("开始")
            touches("走访测试甲")
            // The head of the visit, then the person, then the outcome.
            touches("入户")
            touches("下一页")
            for (answer in listOf("见到", "履行")) touches(answer)
            for (question in listOf("健康", "精神/情绪")) answers(question, "良好")
            answers("生活（衣食住行医）", "正常")
            answers("安全隐患", "无")
            answers("现场处理", "精神慰藉")
            touches("下一页")
            touches("保存")
            finds(hasText("✓ 已保存在这台手机上"))
            onNode(hasText("✓ 已保存在这台手机上")).assertIsDisplayed()
            assertTrue("nothing looks sent", onAllNodes(hasText("存在本机，还没上报")).fetchSemanticsNodes().isNotEmpty())
            assertEquals(1, worker.tanfang.outbox().size)
            touches("去同步")
            touches("现在同步")
            finds(hasText("同步好了"))
            onNode(hasText("本机存的县里都收到了")).assertIsDisplayed()
        }
        township.tanfang.sync()
        val seen = township.tanfang.person(person, "zh")
        assertEquals(listOf("见到本人"), seen.visits.map { it.outcome })
        assertTrue(township.tanfang.compliance(Asked(asOf = County.TODAY)).lines.any { it.unit == person && it.state == State.DONE })
    }

    /** Touches an answer below its question, wherever on the list it stands. */
    private fun DesktopComposeUiTest.answers(question: String, answer: String) {
        onNode(hasScrollToNodeAction()).performScrollToNode(hasText(question, substring = true))
        val all = onAllNodes(button(answer))
        fun place(): Int {
            val top = onAllNodes(hasText(question, substring = true)).fetchSemanticsNodes().first().positionInRoot.y
            return all.fetchSemanticsNodes().withIndex().filter { it.value.positionInRoot.y > top }
                .minBy { it.value.positionInRoot.y }.index
        }
        // The question may stand at the lower edge, its answers below it.
        all[place()].performScrollTo()
        waitForIdle()
        all[place()].performClick()
        waitForIdle()
    }

    @Test fun two_say_different_things_and_the_screen_settles_it() {
        val worker = handset().of(county, "测试村委", "village_committee")
        val other = handset().of(county, "测试同事", "village_committee")
        val person = worker.tanfang.newRecord("elder_card", elder("测试甲")).id
        worker.tanfang.sync()
        other.tanfang.sync()
        other.tanfang.edit(person, """{"phone": "15400000002"}""")
        other.tanfang.sync()
        worker.tanfang.edit(person, """{"phone": "15400000001"}""")
        worker.tanfang.sync()
        shows(worker, enrolled = true) {
            val asks = hasText("1 处说法不同，请您选一个") and SemanticsMatcher.keyIsDefined(SemanticsActions.OnClick)
            touches(asks)
            touches("15400000002")
            touches("就用选中的")
            onNode(hasText("没有说法不同的了")).assertIsDisplayed()
        }
        assertEquals("15400000002", worker.tanfang.person(person, "zh").calls.first().number)
    }

    @Test fun what_was_typed_is_there_again_after_the_screen_was_taken_away() {
        val worker = handset().of(county, "测试村委", "village_committee")
        worker.tanfang.newRecord("elder_card", elder("测试甲"))
        shows(worker, enrolled = true) {
            touches("走访测试甲")
            touches("电话")
        }
        shows(worker, enrolled = true) {
            onNode(hasText("测试甲 · 走访记录")).assertIsDisplayed()
            touches("接着填")
            val chosen = button("电话") and SemanticsMatcher.expectValue(SemanticsProperties.Selected, true)
            finds(chosen)
            onNode(chosen).assertIsDisplayed()
        }
    }
}
