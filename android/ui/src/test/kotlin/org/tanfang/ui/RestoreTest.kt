package org.tanfang.ui

import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.ui.platform.LocalDensity
import androidx.compose.ui.test.DesktopComposeUiTest
import androidx.compose.ui.test.ExperimentalTestApi
import androidx.compose.ui.test.SemanticsMatcher
import androidx.compose.ui.test.assertIsDisplayed
import androidx.compose.ui.test.hasContentDescription
import androidx.compose.ui.test.hasScrollToNodeAction
import androidx.compose.ui.test.hasSetTextAction
import androidx.compose.ui.test.hasText
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performScrollToNode
import androidx.compose.ui.test.performTextInput
import androidx.compose.ui.test.v2.runDesktopComposeUiTest
import androidx.compose.ui.unit.Density
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Test
import org.tanfang.core.County
import org.tanfang.core.Handset
import org.tanfang.core.SettingsInMemory
import org.tanfang.core.elder

/** The screen is turned, or the process ends and comes back: the same place, everything typed. */
@OptIn(ExperimentalTestApi::class)
class RestoreTest {
    private val county = County()
    private val worker = Handset().of(county, "测试村委", "village_committee")
    private val person = worker.tanfang.newRecord("elder_card", elder("测试甲")).id

    @After fun closes() {
        worker.close()
        county.close()
    }

    private fun turned(then: DesktopComposeUiTest.(TurnedScreen) -> Unit) = runDesktopComposeUiTest(WIDE, HIGH) {
        val screen = TurnedScreen(this) {
            CompositionLocalProvider(LocalDensity provides Density(DENSITY)) {
                TanfangApp(worker.phone, SettingsInMemory(), County.TODAY, enrolled = true, font = chinese)
            }
        }
        then(screen)
    }

    private fun DesktopComposeUiTest.touches(what: SemanticsMatcher) {
        if (onAllNodes(what).fetchSemanticsNodes().isEmpty()) onNode(hasScrollToNodeAction()).performScrollToNode(what)
        onNode(what).performClick()
        waitForIdle()
    }

    @Test fun a_form_comes_back_to_its_page_with_what_was_typed_last() = turned { screen ->
        touches(hasContentDescription("走访测试甲"))
        touches(hasText("入户"))
        touches(hasText("下一页"))
        touches(hasText("下一页"))
        val note = hasSetTextAction() and hasContentDescription(NOTE)
        onNode(hasScrollToNodeAction()).performScrollToNode(note)
        onNode(note).performTextInput("测试备注")
        waitForIdle()
        screen.turns()
        onNode(hasText("第 3 页，共 3 页")).assertIsDisplayed()
        onNode(hasScrollToNodeAction()).performScrollToNode(note)
        onNode(note and hasText("测试备注")).assertIsDisplayed()
        assertEquals("one draft, not two", 1, worker.tanfang.begun("zh").size)
    }

    @Test fun a_persons_page_comes_back_and_the_way_back_from_it() = turned { screen ->
        touches(hasText("测试甲"))
        screen.turns()
        assertTrue("their page", onAllNodes(hasText("打电话")).fetchSemanticsNodes().isNotEmpty())
        touches(hasText("返回"))
        onNode(hasText("待走访 1 人", substring = true)).assertIsDisplayed()
    }

    @Test fun a_form_that_is_gone_from_the_drafts_begins_anew_and_the_way_stays() = turned { screen ->
        touches(hasContentDescription("走访测试甲"))
        screen.turns()
        onNode(hasText("走访记录")).assertIsDisplayed()
        assertTrue("nothing typed, nothing kept", worker.tanfang.begun("zh").isEmpty())
        assertTrue(person.isNotEmpty())
    }

    private companion object {
        /** The visit's free text. */
        const val NOTE = "记录"
    }
}
