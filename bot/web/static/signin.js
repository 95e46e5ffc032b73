// The place in an article (#s=START-END) is not sent to the server: it is carried over the sign-in.

document.querySelector('[name="then"]').value += location.hash;
