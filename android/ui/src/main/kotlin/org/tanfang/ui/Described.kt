package org.tanfang.ui

import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.semantics

/** What a screen reader says where the shown words would not tell one button from the next. */
fun Modifier.described(words: String): Modifier = semantics { contentDescription = words }
