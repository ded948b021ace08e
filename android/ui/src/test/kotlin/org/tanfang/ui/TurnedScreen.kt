package org.tanfang.ui

import androidx.compose.runtime.Composable
import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.saveable.LocalSaveableStateRegistry
import androidx.compose.runtime.saveable.SaveableStateRegistry
import androidx.compose.runtime.setValue
import androidx.compose.ui.test.ComposeUiTest
import androidx.compose.ui.test.ExperimentalTestApi

/**
 * A screen that the system takes away and builds again, as where a phone is turned or its process ended:
 * all that comes through is what was saved, in the types that every platform keeps. What the test
 * library has of this is not implemented on the desktop.
 */
@OptIn(ExperimentalTestApi::class)
class TurnedScreen(private val test: ComposeUiTest, private val content: @Composable () -> Unit) {
    private var registry: SaveableStateRegistry? by mutableStateOf(SaveableStateRegistry(null, ::keeps))

    init {
        test.setContent {
            val now = registry
            if (now != null) CompositionLocalProvider(LocalSaveableStateRegistry provides now) { content() }
        }
    }

    /** Saves, takes the screen away, and builds it again from what was saved. */
    fun turns() {
        val saved = test.runOnIdle { requireNotNull(registry).performSave() }
        registry = null
        test.waitForIdle()
        registry = SaveableStateRegistry(saved, ::keeps)
        test.waitForIdle()
    }

    private fun keeps(value: Any): Boolean = when (value) {
        is String, is Boolean, is Int, is Long, is Float -> true
        is List<*> -> value.all { it == null || keeps(it) }
        is Map<*, *> -> value.all { (key, kept) -> key != null && keeps(key) && (kept == null || keeps(kept)) }
        // A lazy list's own; on Android it is a Parcelable.
        else -> value::class.java.simpleName == "DefaultLazyKey"
    }
}
