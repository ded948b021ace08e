package org.tanfang.ui

import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.text.KeyboardOptions
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.OutlinedTextField
import androidx.compose.material3.OutlinedTextFieldDefaults
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.text.input.ImeAction
import androidx.compose.ui.text.input.KeyboardCapitalization
import androidx.compose.ui.text.input.KeyboardType

/** Which keyboard a person gets. */
enum class Keys(val options: KeyboardOptions) {
    Words(KeyboardOptions(imeAction = ImeAction.Done)),
    Number(KeyboardOptions(keyboardType = KeyboardType.Number, imeAction = ImeAction.Done)),
    Decimal(KeyboardOptions(keyboardType = KeyboardType.Decimal, imeAction = ImeAction.Done)),
    Phone(KeyboardOptions(keyboardType = KeyboardType.Phone, imeAction = ImeAction.Done)),
    Address(KeyboardOptions(keyboardType = KeyboardType.Uri, imeAction = ImeAction.Next)),
    Code(
        KeyboardOptions(
            capitalization = KeyboardCapitalization.Characters, autoCorrectEnabled = false,
            keyboardType = KeyboardType.Ascii, imeAction = ImeAction.Done,
        ),
    ),
}

/**
 * A place to type. What is typed stays as typed while the core has not said otherwise: [text] replaces
 * it only where it altered by another way.
 */
@Composable
fun Field(
    label: String,
    text: String,
    modifier: Modifier = Modifier,
    hint: String? = null,
    keys: Keys = Keys.Words,
    lines: Int = 1,
    wrong: Boolean = false,
    /** Whether the label stands in the field too; a question says it above. */
    named: Boolean = true,
    typed: (String) -> Unit,
) {
    var held by remember { mutableStateOf(text) }
    var told by remember { mutableStateOf(text) }
    if (text != told) {
        told = text
        held = text
    }
    val colors = MaterialTheme.colorScheme
    OutlinedTextField(
        held,
        {
            held = it
            told = it
            typed(it)
        },
        modifier.fillMaxWidth().then(if (named) Modifier else Modifier.described(label)),
        label = if (named) ({ Text(label, style = MaterialTheme.typography.bodySmall) }) else null,
        supportingText = hint?.let { { Text(it, style = MaterialTheme.typography.bodySmall) } },
        textStyle = MaterialTheme.typography.bodyLarge,
        keyboardOptions = keys.options,
        singleLine = lines == 1,
        minLines = lines,
        isError = wrong,
        colors = OutlinedTextFieldDefaults.colors(
            unfocusedContainerColor = colors.surface, focusedContainerColor = colors.surface,
            errorContainerColor = colors.surface, unfocusedBorderColor = colors.outline,
            unfocusedLabelColor = colors.onSurfaceVariant, unfocusedSupportingTextColor = colors.onSurfaceVariant,
            focusedSupportingTextColor = colors.onSurfaceVariant,
        ),
    )
}
