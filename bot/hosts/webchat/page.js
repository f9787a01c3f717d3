// Puts Web Chat on the page and begins a new conversation whenever somebody else sits down or the place changes.
'use strict';

(() => {
  const element = id => document.getElementById(id);
  const [person, place, briefing, status, examples] =
    ['person', 'place', 'briefing', 'status', 'examples'].map(element);
  const nonce = document.querySelector('meta[name=webchat-nonce]').content;
  const CONNECTION = { online: 2, expired: 3, failed: 4, ended: 5 };
  const INK = '#1b2528', SOFT = '#56656a', ACCENT = '#1d4f5c', LINE = '#d5dcde';
  const FONT = getComputedStyle(document.documentElement).fontFamily;

  const styleOptions = {
    primaryFont: FONT,
    accent: ACCENT,
    subtle: SOFT,
    timestampColor: SOFT,
    backgroundColor: '#fff',
    rootHeight: '100%',
    rootWidth: '100%',
    paddingRegular: 12,
    paddingWide: 16,
    bubbleBackground: '#f3f5f5',
    bubbleBorderColor: LINE,
    bubbleBorderRadius: 8,
    bubbleTextColor: INK,
    bubbleMaxWidth: 640,
    bubbleAttachmentMaxWidth: 640,
    bubbleFromUserBackground: ACCENT,
    bubbleFromUserBorderColor: ACCENT,
    bubbleFromUserBorderRadius: 8,
    bubbleFromUserTextColor: '#fff',
    messageActivityWordBreak: 'break-word',
    hideUploadButton: true,
    disableFileUpload: true,
    sendBoxBackground: '#fff',
    sendBoxTextColor: INK,
    sendBoxPlaceholderColor: SOFT,
    sendBoxBorderTop: `1px solid ${LINE}`,
    sendBoxHeight: 48,
    sendBoxTextWrap: true,
    sendBoxMaxHeight: 160,
    groupTimestamp: 60000,
    // A card taller than the window is shown from its top, not scrolled past to its end.
    autoScrollSnapOnPage: true,
    adaptiveCardsParserMaxVersion: '1.6',
  };

  const plain = colour => ({ default: colour, subtle: colour });
  const colours = {
    default: { default: INK, subtle: SOFT },
    accent: plain('#1d4f5c'),
    good: plain('#1c6b33'),
    warning: plain('#7d4e00'),
    attention: plain('#a8201a'),
    light: plain('#fff'),
    dark: plain(INK),
  };
  const ground = backgroundColor => ({ backgroundColor, foregroundColors: colours, borderColor: LINE });
  const adaptiveCardsHostConfig = {
    fontFamily: FONT,
    fontSizes: { small: 13, default: 14, medium: 16, large: 18, extraLarge: 22 },
    fontWeights: { lighter: 400, default: 400, bolder: 650 },
    spacing: { small: 4, default: 8, medium: 14, large: 20, extraLarge: 28, padding: 14 },
    separator: { lineThickness: 1, lineColor: LINE },
    supportsInteractivity: true,
    containerStyles: {
      default: ground('#ffffff'),
      emphasis: ground('#f3f5f5'),
      accent: ground('#e6f0f2'),
      good: ground('#e7f4ea'),
      warning: ground('#fbf0d2'),
      attention: ground('#fbe6e4'),
    },
    actions: {
      maxActions: 12,
      actionsOrientation: 'horizontal',
      actionAlignment: 'left',
      buttonSpacing: 8,
      showCard: { actionMode: 'inline', inlineTopMargin: 8 },
    },
    table: { cellSpacing: 6 },
  };

  let directLine = null;
  let store = null;
  let seating = 0; // counts conversations, so that a slow reply to an old choice is dropped

  function say(sentence) {
    status.textContent = sentence;
  }

  function post(path, body) {
    const headers = { 'Content-Type': 'application/json' };
    return fetch(`/directline/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  }

  function freshRoot() {
    const root = document.createElement('div');
    element('webchat').replaceChildren(root);
    return root;
  }

  async function sitDown() {
    const mine = ++seating;
    briefing.disabled = true;
    say('');
    let seat;
    try {
      const response = await post('tokens/generate', { person: person.value, place: place.value });
      if (!response.ok) throw new Error(await response.text());
      seat = await response.json();
    } catch {
      if (mine === seating) say('Perfbot does not answer. Is it still running? Reload the page to try again.');
      return;
    }
    if (mine !== seating) return;
    if (directLine) directLine.end();
    directLine = WebChat.createDirectLine({
      domain: `${location.origin}/directline`,
      token: seat.token,
      webSocket: true,
    });
    directLine.connectionStatus$.subscribe(now => {
      if (mine !== seating) return;
      briefing.disabled = now !== CONNECTION.online;
      if (now === CONNECTION.online) say('');
      if (now === CONNECTION.failed || now === CONNECTION.expired) {
        say('The connection is lost. Reload the page to begin again.');
      }
    });
    store = WebChat.createStore();
    WebChat.renderWebChat(
      {
        directLine,
        store,
        nonce,
        styleOptions,
        adaptiveCardsHostConfig,
        userID: person.value,
        username: person.selectedOptions[0].textContent,
        locale: 'en-GB',
        sendTypingIndicator: false,
      },
      freshRoot(),
    );
  }

  // A message without words: Web Chat shows nothing of it, and shows what comes next from its top.
  briefing.addEventListener('click', () => {
    store.dispatch({ type: 'WEB_CHAT/SEND_POST_BACK', payload: { value: { browserChat: 'briefing' } } });
  });
  for (const select of [person, place]) select.addEventListener('change', sitDown);
  for (const button of examples.querySelectorAll('button')) {
    button.addEventListener('click', () => {
      if (store) store.dispatch({ type: 'WEB_CHAT/SEND_MESSAGE', payload: { text: button.textContent } });
    });
  }
  element('seat').addEventListener('submit', event => event.preventDefault());
  examples.hidden = false;
  sitDown();
})();
