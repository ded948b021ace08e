// Enketo's XPath evaluator as a program that answers lines with lines. The first line is
// {"home": where npm installed, "xml": the document}; every other is {"path", "text"}, answered with
// {"value"} or {"error"}.
'use strict';

const readline = require('readline');
const { createRequire } = require('module');

let evaluate;
let document;

function open({ home, xml }) {
    const from = createRequire(`${home}/package.json`);
    const { JSDOM } = from('jsdom');
    const { window } = new JSDOM(xml, { contentType: 'application/xml' });
    // The evaluator expects a browser's names to be global.
    for (const name of ['Node', 'XPathResult', 'XPathEvaluator']) {
        global[name] = window[name];
    }
    document = window.document;
    evaluate = from('openrosa-xpath-evaluator')().evaluate;
    return { value: '' };
}

function say({ path, text }) {
    const at = document.evaluate(path, document, null, 9, null).singleNodeValue;
    const found = evaluate(text, at, null, XPathResult.STRING_TYPE);
    return { value: found.stringValue };
}

readline.createInterface({ input: process.stdin }).on('line', (line) => {
    let said;
    try {
        const asked = JSON.parse(line);
        said = document ? say(asked) : open(asked);
    } catch (error) {
        said = { error: String(error.message || error) };
    }
    process.stdout.write(`${JSON.stringify(said)}\n`);
});
