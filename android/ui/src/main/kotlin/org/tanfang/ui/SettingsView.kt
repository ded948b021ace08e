package org.tanfang.ui

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.unit.dp
import org.tanfang.core.Language
import org.tanfang.core.SettingsEvent
import org.tanfang.core.SettingsState
import org.tanfang.core.Shade
import org.tanfang.ffi.Account

/** Language, letters, light; whose phone this is and what it holds. */
@Composable
fun SettingsView(state: SettingsState, on: (SettingsEvent) -> Unit, go: (Go) -> Unit) {
    val words = LocalWords.current
    val settings = state.settings
    Page(
        words("settings.title"),
        bottom = { Bar(Tab.Settings, state.account?.supervises == true, go) },
    ) {
        state.trouble?.let { item { TroubleNote(it) } }
        item {
            OneOf(words("settings.language"), Language.entries, settings.language, { words("settings.language." + it.code) }) {
                on(SettingsEvent.LanguageChosen(it))
            }
        }
        item {
            val sizes = listOf(1.0f, 1.5f)
            val name = { scale: Float -> words(if (scale > 1f) "settings.text.large" else "settings.text.normal") }
            OneOf(words("settings.text"), sizes, settings.textScale, name) { on(SettingsEvent.TextScaleChosen(it)) }
        }
        item {
            OneOf(words("settings.shade"), Shade.entries, settings.shade, { words("settings.shade." + it.name.lowercase()) }) {
                on(SettingsEvent.ShadeChosen(it))
            }
        }
        state.account?.let { account -> item { ThisPhone(account) } }
    }
}

@Composable
private fun <T> OneOf(title: String, all: List<T>, chosen: T, name: (T) -> String, choose: (T) -> Unit) {
    Column(verticalArrangement = Arrangement.spacedBy(8.dp)) {
        Title(title)
        for (one in all) Choice(name(one), one == chosen, Modifier.fillMaxWidth()) { choose(one) }
    }
}

@Composable
private fun ThisPhone(account: Account) {
    val words = LocalWords.current
    Column(verticalArrangement = Arrangement.spacedBy(8.dp)) {
        Title(words("settings.me"))
        Sheet {
            Line(words("settings.worker", account.name))
            for (role in account.roles) Line(words("settings.role", role.label, role.areaName ?: role.area))
            Line(words("settings.county", account.countyName ?: account.county))
            Line(words("settings.people", account.people))
            Line(words("settings.device", account.device.takeLast(6)), quiet = true)
        }
    }
}
