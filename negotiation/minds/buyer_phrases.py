"""The words of a buyer that has no language model, for each act.

`{price}` is the buyer's bid (in `AWARD` the price agreed), `{rival}` a price that it really holds elsewhere.
Within an act every text begins with another word.
"""

OPENING = (
    "I'd open at {price}.",
    "My opening bid is {price}.",
    "{price} is what I have in mind.",
    "Let me start with {price} per unit.",
    "To get us going, I bid {price}.",
    "Would you sell at {price}?",
    "For a start I can offer {price}.",
    "Good day. I'm looking to buy at {price}.",
    "What do you say to {price}?",
    "I want to buy, and I'm bidding {price}.",
    "Put me down for {price} and tell me how close that is.",
    "Shall we begin at {price}?",
    "Here's a bid to work with: {price}.",
    "Serious buyer here, bidding {price} to begin with.",
)

RAISE = (
    "I'll come up to {price}.",
    "{price}, then. Your move.",
    "Let me improve that to {price}.",
    "My new bid is {price}.",
    "To bring us closer, I offer {price}.",
    "All right, I'll add something: {price}.",
    "That's still steep for me, but I can do {price}.",
    "How about {price}?",
    "We're not there yet. I move to {price}.",
    "Stepping up to {price}; I'd like to see you step down.",
    "Fair enough, {price}. What can you do on your side?",
    "A little more from me: {price}.",
    "Here's some movement: {price}. Show me some of yours.",
    "Would {price} win you over?",
)

HOLD = (
    "I'm staying at {price}.",
    "My bid is still {price}.",
    "No change from me: {price}.",
    "{price} as before. The next step is yours.",
    "I need more from you before I move; {price}.",
    "Let me wait here at {price} and see what you do.",
    "Same bid, {price}. Sharpen your price.",
    "For now I leave it at {price}.",
    "Not yet. {price} is still where I am.",
    "Sitting tight at {price}.",
    "Your price can do better, I think; I repeat {price}.",
    "At the moment I see no reason to leave {price}.",
    "Give me a better price and I'll answer. Until then, {price}.",
    "That's still too dear, so {price} again.",
)

TRADE_OFF = (
    "Let me put it together differently: {price}.",
    "Other terms, other price: {price}.",
    "A different package from me, {price}.",
    "What if we shift the terms? {price} then.",
    "{price}, if the rest is as I put it now.",
    "Perhaps this mix suits us both: {price}.",
    "We might meet on the terms rather; with these my bid is {price}.",
    "I'd trade a little here for a little there: {price}.",
    "Try it this way: {price}.",
    "Suppose we arrange it otherwise, at {price}.",
    "My bid with the terms moved is {price}.",
    "Here's another way to share it: {price}.",
    "Instead of the price alone, let's move the rest as well: {price}.",
    "Rearranged, my bid is {price}.",
)

CLAIM = (
    "I hold {rival} from someone else. To you I bid {price}.",
    "Another seller quotes me {rival}; my bid here is {price}.",
    "You should know I have {rival} elsewhere. {price} from me.",
    "{rival} is already on my desk. Beat it and we talk; I bid {price}.",
    "There's a quote of {rival} in my hands, so I offer you {price}.",
    "Someone else has offered me {rival}. Can you do {price}?",
    "With {rival} in hand from another seller, I'm bidding {price}.",
    "Your competition stands at {rival}. My bid to you: {price}.",
    "Before you answer, note that I'm holding {rival}. {price} is my bid.",
    "My bid is {price}, and elsewhere I'm being offered {rival}.",
    "Why pay more when {rival} is quoted to me elsewhere? {price}.",
    "Let me be open with you: I've been quoted {rival}. I bid {price}.",
    "Elsewhere they want {rival}. From you, {price}?",
    "Competition has brought me {rival}. I'm at {price} with you.",
)

FINAL = (
    "This is my last bid, {price}. Send me your last price.",
    "{price}, and that's final from me. What is your best?",
    "We're at the end: {price}. Give me your final price.",
    "My closing bid is {price}; please reply with your last price.",
    "Last call. I bid {price}, you name your best price.",
    "Time to decide. {price} from me, your last word please.",
    "Let's finish this: {price}. Your final price, please.",
    "I won't bid again after {price}. Let me have your last price.",
    "Final bid, {price}. Put your best price next to it.",
    "Here I stop, at {price}. Where do you stop?",
    "After this I choose. {price}; send me your last price.",
    "You have my final bid of {price}. Now your final price.",
    "Best price, please, and make it your last. Mine is {price}.",
    "So, to close: I bid {price} and wait for your last price.",
)

FINAL_CLAIM = (
    "Last bid: {price}. I hold {rival} elsewhere, so send me your best price.",
    "I close at {price} with {rival} in hand from another seller. Your last price?",
    "{rival} is what you have to beat. My final bid is {price}; your last word, please.",
    "We're at the end, and someone else offers me {rival}. I bid {price}; name your last price.",
    "My final bid is {price}. The quote beside yours is {rival}, so give me your best.",
    "Before I decide: {rival} elsewhere, {price} from me to you. Your last price, please.",
    "Another seller has quoted {rival}. My last bid to you is {price}; what is your final price?",
    "Time to choose. I hold {rival}, I bid {price}, and I need your last price.",
    "You're up against {rival}. Final bid, {price}; let me have your last price.",
    "Let's settle it: my last bid is {price}, my other quote {rival}, and now your best.",
    "Send me your final price. Mine is {price}, and I have {rival} from someone else.",
    "With {rival} offered to me elsewhere, {price} is my last bid. What is your last price?",
    "Final bid, {price}. There's {rival} with another seller, so make your last price count.",
    "Here's where it ends for me: {price}, against {rival} from elsewhere. Your last word?",
)

AWARD = (
    "We have a deal at {price}. Thank you.",
    "I'll buy from you at {price}.",
    "You get the order at {price}.",
    "{price} it is. Good doing business with you.",
    "Agreed, I'm taking your {price}.",
    "Deal. {price} per unit.",
    "Thank you, I accept {price}.",
    "The order is yours at {price}.",
    "Congratulations, you win this at {price}.",
    "Settled at {price}, and thank you for the talk.",
    "My choice is you, at {price}.",
    "Good. Let's close at {price}.",
    "That will do nicely: {price}, agreed.",
    "Happy to close with you at {price}.",
)

DECLINE = (
    "Thank you, but I've bought elsewhere this time.",
    "I went with another seller. Thanks for your time.",
    "Not this time, I'm afraid. Another offer suited me better.",
    "The order went to someone else; thank you for bargaining with me.",
    "You were in the running, but I chose another seller.",
    "I've closed with somebody else. Until the next time.",
    "No deal for us today. My thanks all the same.",
    "Another seller got the order. I enjoyed the bargaining.",
    "Sorry, I've settled with someone else.",
    "My decision went the other way, thank you for trying.",
    "It's done, and not with you this time. All the best.",
    "Thanks for your effort; I'm buying from a competitor of yours.",
    "We'll leave it there. The purchase has gone elsewhere.",
    "This purchase is closed, with a different seller. Good luck.",
)

WALK_AWAY = (
    "I'm not buying today. Thank you for your time.",
    "We didn't find a price, so I'll leave it.",
    "No deal from me. The offers didn't work out.",
    "This isn't coming together; I'm walking away.",
    "Thanks, but I'd rather not buy this time.",
    "I'll pass. We won't settle this today.",
    "Let's call it off; our prices never met.",
    "Time to stop. Goodbye for now.",
    "My answer is no, with thanks for the talk.",
    "Sorry, I can't buy on these terms.",
    "Better no deal than a bad deal. I'll wait.",
    "Unfortunately we haven't come together. I'm closing this.",
    "That's it from me, no purchase this time.",
    "Nothing here I can say yes to. All the best.",
)
